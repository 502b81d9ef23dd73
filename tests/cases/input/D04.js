fetch("https://blog.northbyte.example.com/a.jpg", {
  "headers": {
    "accept": "*/*"
  },
  "referrer": "https://blog.northbyte.example.com/",
  "method": "GET"
});
