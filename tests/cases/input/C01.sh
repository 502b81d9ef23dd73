curl 'https://blog.northbyte.example.com/a.jpg' \
  -H 'accept: */*' \
  --compressed
