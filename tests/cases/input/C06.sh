sudo curl https://blog.northbyte.example.com/a.jpg
time curl https://blog.northbyte.example.com/b.jpg
/usr/bin/curl https://blog.northbyte.example.com/c.jpg
for i in 1; do curl https://blog.northbyte.example.com/d.jpg; done
