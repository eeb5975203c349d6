// Runs on every request: a bucket has no folders, so the index of one is asked for by name.
function handler(event) {
    var request = event.request;
    if (request.uri.endsWith("/")) {
        request.uri += "index.html";
    } else if (!request.uri.split("/").pop().includes(".")) {
        request.uri += "/index.html";
    }
    return request;
}
