curl -sI https://blog.northbyte.example.com/a.html
cd /var/www/html && ls /etc
rm -rf /tmp/x
