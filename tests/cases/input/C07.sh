curl -H 'Host: blog.northbyte.example.com' https://203.0.113.7/a.jpg
curl --resolve blog.northbyte.example.com:443:203.0.113.7 https://blog.northbyte.example.com/b.jpg
curl --connect-to ::203.0.113.7: https://blog.northbyte.example.com/c.jpg
