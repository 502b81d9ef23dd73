curl ^"https://blog.northbyte.example.com/a.jpg?b=1^&c=2^" ^
  -H ^"accept: */*^" ^
  --compressed
