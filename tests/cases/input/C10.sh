curl -G https://blog.northbyte.example.com/list -d page=2
