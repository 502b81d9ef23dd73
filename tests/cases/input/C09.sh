curl 'https://blog.northbyte.example.com/img/{a,b}.jpg' 'https://blog.northbyte.example.com/img/[1-3].jpg'
