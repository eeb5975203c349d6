//! Diagrams of what is in the editor.

use serde_json::{Value, json};

use super::client::{Client, MAIN, with_program};

const PROGRAM: &str = "use std::messaging::Queue;\nservice Mail {\n    let letters = Queue {};\n}\n";

async fn drawn(client: &mut Client, digest: &Value) -> Value {
    let mut params = json!({ "textDocument": { "uri": MAIN }, "level": "units" });
    if !digest.is_null() {
        params["digest"] = digest.clone();
    }
    client.request("cleaninfra/diagram", params).await
}

#[test]
fn a_picture_is_of_what_is_typed_and_sent_when_it_is_another() {
    with_program(PROGRAM, |mut client| async move {
        client.start().await;
        client.open(MAIN, PROGRAM).await;
        let first = drawn(&mut client, &Value::Null).await;
        assert!(first["svg"].as_str().unwrap().contains("data-id=\"mail/letters\""), "{first}");
        assert_eq!(first["unchanged"], false);
        let place = &first["places"][0];
        assert_eq!((place["id"].as_str(), place["uri"].as_str()), (Some("mail/letters"), Some(MAIN)));
        assert_eq!(place["range"]["start"], json!({ "line": 2, "character": 8 }));

        let again = drawn(&mut client, &first["digest"]).await;
        assert_eq!(
            again,
            json!({
                "digest": first["digest"], "unchanged": true, "svg": null, "problem": null, "places": null, "patch": null
            })
        );

        // A comment moves places and changes no picture.
        client.replace(MAIN, 2, &format!("// Letters.\n{PROGRAM}")).await;
        let moved = drawn(&mut client, &first["digest"]).await;
        assert_eq!((&moved["unchanged"], &moved["svg"]), (&json!(true), &Value::Null));
        assert_eq!(moved["places"][0]["range"]["start"]["line"], 3);
        assert_ne!(moved["digest"], first["digest"]);

        client.replace(MAIN, 3, &PROGRAM.replace("letters", "parcels")).await;
        let other = drawn(&mut client, &moved["digest"]).await;
        assert!(other["svg"].as_str().unwrap().contains("data-id=\"mail/parcels\""));

        client.replace(MAIN, 4, "service Mail {").await;
        let broken = drawn(&mut client, &other["digest"]).await;
        assert!(broken["problem"].as_str().unwrap().contains("error"), "{broken}");

        let arguments = json!([{ "textDocument": { "uri": MAIN }, "level": "resources" }]);
        let command = json!({ "command": "cleaninfra.diagram", "arguments": arguments });
        client.replace(MAIN, 5, PROGRAM).await;
        let resources = client.request("workspace/executeCommand", command).await;
        assert!(resources["svg"].is_string());
        client.until(|message| message["method"] == "window/showMessage").await;
        client.stop().await;
    });
}
