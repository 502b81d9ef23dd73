axios.get("https://blog.northbyte.example.com/a.html", { headers: { Referer: "https://blog.northbyte.example.com/r" } })
