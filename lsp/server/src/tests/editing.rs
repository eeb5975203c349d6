//! Findings while a text changes, and edits of it.

use ci_project::{Host, MemorySystem};
use serde_json::{Value, json};

use super::client::{MAIN, MANIFEST, at, with_program};

const BROKEN: &str = "service S { let q = aws::sqs::Queue { DelaySecond: 5 }; }\n";

#[test]
fn findings_come_with_the_version_and_go() {
    with_program(BROKEN, |mut client| async move {
        client.start().await;
        client.open(MAIN, BROKEN).await;
        let message = client.published(MAIN, Some(1)).await;
        let found = &message["params"]["diagnostics"][0];
        assert_eq!(found["code"], "E0105");
        assert_eq!(found["severity"], 1);
        assert!(found["codeDescription"]["href"].as_str().unwrap().ends_with("/spec/errors/E0105.md"));
        assert_eq!(found["range"]["start"], json!({ "line": 0, "character": 38 }));
        client.replace(MAIN, 2, &BROKEN.replace("DelaySecond", "DelaySeconds")).await;
        assert_eq!(client.findings(MAIN, Some(2)).await, [""; 0]);
        client.stop().await;
    });
}

#[test]
fn the_editor_says_what_check_says() {
    let pages = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/errors");
    let mut compared = 0;
    let mut names: Vec<_> = std::fs::read_dir(pages).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    // The first program of each page, all in one conversation: each is a document of its own version.
    let programs: Vec<String> = names
        .iter()
        .filter_map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            let (_, rest) = text.split_once("```ci\n")?;
            Some(rest.split_once("```")?.0.to_owned())
        })
        .collect();
    // And the mistakes of which the findings are kept as snapshots.
    let mistakes =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../compiler/sema/tests/mistakes.rs");
    let mistakes = std::fs::read_to_string(mistakes).unwrap();
    let mistakes = mistakes.split(": r#\"").skip(1).map(|rest| rest.split("\"#;").next().unwrap().to_owned());
    let programs: Vec<String> = programs.into_iter().chain(mistakes).collect();
    let first = programs[0].clone();
    with_program(&first.clone(), |mut client| {
        let compared = &mut compared;
        async move {
            client.start().await;
            client.open(MAIN, &first).await;
            for (at, program) in programs.iter().enumerate() {
                let version = at as i32 + 2;
                client.replace(MAIN, version, program).await;
                let message = client.published(MAIN, Some(version)).await;
                let said = message["params"]["diagnostics"].as_array().unwrap();
                let system =
                    MemorySystem::new([("/p/ci.toml", MANIFEST), ("/p/src/main.ci", program.as_str())]);
                let host = Host::open(std::sync::Arc::new(system), "/p".into()).ok().unwrap();
                let main = host.file("/p/src/main.ci".into()).unwrap();
                let checked: Vec<(String, String)> = host
                    .snapshot()
                    .check()
                    .iter()
                    .filter(|found| found.primary.at.file == main)
                    .map(|found| (found.code.number().to_owned(), found.message.clone()))
                    .collect();
                let said: Vec<(String, String)> = said
                    .iter()
                    .map(|found| {
                        let message = found["message"].as_str().unwrap();
                        let first = message.split('\n').next().unwrap().to_owned();
                        (found["code"].as_str().unwrap().to_owned(), first)
                    })
                    .collect();
                assert_eq!(said, checked, "{program}");
                *compared += 1;
            }
            client.stop().await;
        }
    });
    assert!(compared > 130, "{compared} programs were compared");
}

#[test]
fn positions_count_what_was_agreed() {
    let program = "service S { let a = aws::sns::Topic { DisplayName: \"\u{1F600}\", Nam: 1 }; }\r\n";
    for (encodings, character) in [(json!(["utf-8"]), 59), (json!(["utf-16"]), 57), (Value::Null, 57)] {
        with_program(program, |mut client| async move {
            client.start_with(json!({ "general": { "positionEncodings": encodings } })).await;
            client.open(MAIN, program).await;
            let message = client.published(MAIN, Some(1)).await;
            let start = &message["params"]["diagnostics"][0]["range"]["start"];
            assert_eq!(*start, json!({ "line": 0, "character": character }));
            client.stop().await;
        });
    }
}

#[test]
fn fixes_are_actions_and_actions_are_edits() {
    with_program(BROKEN, |mut client| async move {
        client.start().await;
        client.open(MAIN, BROKEN).await;
        let range = json!({ "start": { "line": 0, "character": 40 }, "end": { "line": 0, "character": 40 } });
        let params =
            json!({ "textDocument": { "uri": MAIN }, "range": range, "context": { "diagnostics": [] } });
        let actions = client.request("textDocument/codeAction", params.clone()).await;
        let fix = actions.as_array().unwrap().iter().find(|action| action["kind"] == "quickfix").unwrap();
        assert_eq!(fix["isPreferred"], true);
        assert_eq!(fix["edit"]["changes"][MAIN][0]["newText"], "DelaySeconds");
        let mut params = params;
        params["context"]["only"] = json!(["source.fixAll"]);
        let actions = client.request("textDocument/codeAction", params).await;
        assert_eq!(actions.as_array().unwrap().len(), 1);
        assert_eq!(actions[0]["kind"], "source.fixAll");
        client.stop().await;
    });
}

#[test]
fn a_rename_asks_whether_the_template_stays_as_it_is() {
    let program = "service S {\n    let queue = aws::sqs::Queue {};\n}\n";
    with_program(program, |mut client| async move {
        let edits = json!({ "documentChanges": true, "changeAnnotationSupport": {} });
        client.start_with(json!({ "workspace": { "workspaceEdit": edits } })).await;
        client.open(MAIN, program).await;
        let prepared = client.request("textDocument/prepareRename", at(MAIN, 1, 9)).await;
        assert_eq!(prepared["placeholder"], "queue");
        let mut params = at(MAIN, 1, 9);
        params["newName"] = json!("jobs");
        let edit = client.request("textDocument/rename", params).await;
        let edits = edit["documentChanges"][0]["edits"].as_array().unwrap();
        assert_eq!(edit["documentChanges"][0]["textDocument"]["version"], 1);
        assert_eq!(edits[0]["newText"], "jobs");
        assert_eq!(edits[1]["newText"], "#[formerly(\"queue\")]\n    ");
        let annotation = edits[1]["annotationId"].as_str().unwrap();
        assert_eq!(edit["changeAnnotations"][annotation]["needsConfirmation"], true);
        client.stop().await;
    });
}

#[test]
fn formatting_edits_only_what_differs() {
    let program = "const A: Int = 1;\n\nconst B: Int=2;\n";
    with_program(program, |mut client| async move {
        client.start().await;
        client.open(MAIN, program).await;
        let options = json!({ "tabSize": 4, "insertSpaces": true });
        let params = json!({ "textDocument": { "uri": MAIN }, "options": options });
        let edits = client.request("textDocument/formatting", params).await;
        assert_eq!(edits.as_array().unwrap().len(), 1);
        assert_eq!(edits[0]["newText"], "const B: Int = 2;\n");
        client.stop().await;
    });
}
