curl "https://blog.northbyte.example.com/search?q=*"
curl -g 'https://blog.northbyte.example.com/img/*'
