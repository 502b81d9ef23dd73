# curl https://blog.northbyte.example.com/old.html
curl https://blog.northbyte.example.com/a.html
