curl 'https://blog.northbyte.example.com/a.jpg' --data-raw '{
  "x": "/b.jpg",
  "all": "/*"
}'
