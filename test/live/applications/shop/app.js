// A small shop, whose log.js is the one of docs/applications.md.
const http = require("node:http");
const log = require("./log");

http
  .createServer((request, response) => {
    log.error({ path: request.url }, "basket %s is empty", request.url);
    response.end("shop");
  })
  .listen(3000, "127.0.0.1");
