curl 'https://blog.northbyte.example.com/a.jpg' --data-raw $'a=\'b\'' -H 'x: y'
curl $'https://blog.northbyte.example.com/it\'s.jpg'
