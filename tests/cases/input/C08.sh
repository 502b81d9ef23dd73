curl --tls-max 1.2 https://blog.northbyte.example.com/a.jpg
curl --socks5-hostname 127.0.0.1:1080 https://blog.northbyte.example.com/b.jpg
curl --keepalive-time 60 --etag-save e.txt --doh-url https://dns.example/q https://blog.northbyte.example.com/c.jpg
