curl -I https://blog.northbyte.example.com/a.jpg; curl -I https://blog.northbyte.example.com/b.jpg && curl -I https://blog.northbyte.example.com/c.jpg
