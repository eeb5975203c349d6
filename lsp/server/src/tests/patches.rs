//! Diagrams that are sent as patches: what an editor makes of them is what it would have been sent whole.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::client::{Client, MAIN, MANIFEST, talk};
use super::random::Random;

/// A picture as an editor has it that can apply patches: knows nothing of how pictures are drawn, but where coordinates are.
#[derive(Default)]
struct Shown {
    digest: Value,
    width: f64,
    height: f64,
    at: (f64, f64),
    page: Vec<String>,
    elements: Vec<String>,
    places: Vec<Value>,
}

impl Shown {
    /// Takes an answer over. What it is made of: `whole`, `patch` or `unchanged`.
    fn take(&mut self, answer: &Value) -> &'static str {
        let patch = &answer["patch"];
        if !patch.is_null() {
            assert_eq!(patch["base"], self.digest, "a patch of something else");
        }
        self.digest = answer["digest"].clone();
        if let Some(places) = answer["places"].as_array() {
            assert!(patch["places"].is_null(), "places are told twice");
            self.places.clone_from(places);
        } else if !patch["places"].is_null() {
            self.places = applied(&self.places, &patch["places"], Clone::clone, |place, by| {
                let mut place = place.clone();
                for end in ["start", "end"] {
                    let line = &mut place["range"][end]["line"];
                    *line = json!(line.as_i64().unwrap() + by.as_i64().unwrap());
                }
                place
            });
        }
        if let Some(svg) = answer["svg"].as_str() {
            assert!(patch.is_null() && answer["unchanged"] == false, "a picture is told twice");
            self.take_whole(svg);
            return "whole";
        }
        let picture = &patch["picture"];
        if picture.is_null() {
            assert_eq!(answer["unchanged"], true);
            return "unchanged";
        }
        let number = |name: &str| picture[name].as_f64().unwrap();
        (self.width, self.height, self.at) = (number("width"), number("height"), (number("x"), number("y")));
        let text = |put: &Value| put.as_str().unwrap().to_owned();
        let moved =
            |element: &String, by: &Value| moved(element, by[0].as_f64().unwrap(), by[1].as_f64().unwrap());
        self.page = applied(&self.page, &picture["page"], text, moved);
        self.elements = applied(&self.elements, &picture["elements"], text, moved);
        "patch"
    }

    fn take_whole(&mut self, svg: &str) {
        let (tag, page) = children(svg);
        let number = |name| attribute(&tag, name).parse().unwrap();
        (self.width, self.height) = (number("width"), number("height"));
        self.page = page;
        let canvas = self.page.iter_mut().find(|child| child.starts_with("<g transform")).unwrap();
        let (tag, elements) = children(canvas);
        let place = attribute(&tag, "transform");
        let (x, y) = place["translate(".len()..place.len() - 1].split_once(' ').unwrap();
        self.at = (x.parse().unwrap(), y.parse().unwrap());
        self.elements = elements;
        canvas.clear();
    }

    fn svg(&self) -> String {
        let Self { width, height, at, page, elements, .. } = self;
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             role=\"img\" aria-labelledby=\"title desc\">\n"
        );
        for child in page {
            if child.is_empty() {
                let _ = write!(
                    text,
                    "<g transform=\"translate({} {})\">\n{}</g>\n",
                    at.0,
                    at.1,
                    elements.concat()
                );
            }
            text.push_str(child);
        }
        text + "</svg>\n"
    }
}

/// A list that becomes another.
fn applied<T>(old: &[T], list: &Value, put: impl Fn(&Value) -> T, moved: impl Fn(&T, &Value) -> T) -> Vec<T>
where
    T: Clone,
{
    assert_eq!(list["of"], old.len(), "a patch of another list");
    let mut new = Vec::new();
    for step in list["steps"].as_array().unwrap() {
        if step["put"].is_null() {
            let number = |at: usize| usize::try_from(step["keep"][at].as_u64().unwrap()).unwrap();
            for kept in &old[number(0)..number(0) + number(1)] {
                new.push(if step["by"].is_null() { kept.clone() } else { moved(kept, &step["by"]) });
            }
        } else {
            new.push(put(&step["put"]));
        }
    }
    new
}

/// The value of an attribute of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    tag.split_once(&format!(" {name}=\"")).unwrap().1.split('"').next().unwrap()
}

/// The opening tag of an element, and its children with the space after each.
fn children(text: &str) -> (String, Vec<String>) {
    let (mut depth, mut found, mut tag) = (0, Vec::<String>::new(), String::new());
    for piece in text.trim_end().split_inclusive('>') {
        let (start, opens) = (piece.find('<').unwrap_or(0), !piece.contains("</"));
        let (space, rest) = piece.split_at(start);
        let space_is_between = depth == 1 && opens;
        match found.last_mut() {
            Some(last) if depth > 1 => last.push_str(piece),
            Some(last) => last.push_str(space),
            None => {}
        }
        if depth == 0 {
            rest.clone_into(&mut tag);
        } else if space_is_between {
            found.push(rest.to_owned());
        }
        depth = match () {
            () if !opens => depth - 1,
            () if piece.ends_with("/>") => depth,
            () => depth + 1,
        };
    }
    (tag, found)
}

/// An element elsewhere.
fn moved(element: &str, right: f64, down: f64) -> String {
    let mut text = String::new();
    for piece in element.split_inclusive('>') {
        let is_sign = piece.contains("class=\"sign\"");
        let mut quoted = piece.split('"');
        text.push_str(quoted.next().unwrap());
        while let (Some(value), Some(next)) = (quoted.next(), quoted.next()) {
            let name = text.trim_end_matches('=').rsplit(' ').next().unwrap();
            let value = match name {
                "x" => (value.parse::<f64>().unwrap() + right).to_string(),
                "y" => (value.parse::<f64>().unwrap() + down).to_string(),
                "transform" => points(value, right, down),
                "d" if !is_sign => points(value, right, down),
                _ => value.to_owned(),
            };
            let _ = write!(text, "\"{value}\"{next}");
        }
    }
    text
}

/// Numbers that are pairs of coordinates, with what is between them.
fn points(text: &str, right: f64, down: f64) -> String {
    let (mut moved, mut number, mut count) = (String::new(), String::new(), 0);
    for letter in text.chars().chain(['\0']) {
        if letter.is_ascii_digit() || letter == '.' || letter == '-' {
            number.push(letter);
            continue;
        }
        if !number.is_empty() {
            let by = if count % 2 == 0 { right } else { down };
            let _ = write!(moved, "{}", number.parse::<f64>().unwrap() + by);
            number.clear();
            count += 1;
        }
        moved.push(letter);
    }
    moved.trim_end_matches('\0').to_owned()
}

/// A project with one file and the code of its functions.
fn with_code<F: Future<Output = ()>>(text: &str, conversation: impl FnOnce(Client) -> F) {
    talk(&[("/p/ci.toml", MANIFEST), ("/p/src/main.ci", text), ("/p/a/index.js", "")], conversation);
}

async fn asked(client: &mut Client, shown: &Shown, aspect: f64) -> Value {
    let mut params = json!({ "textDocument": { "uri": MAIN }, "patches": true, "aspect": aspect });
    if !shown.digest.is_null() {
        params["digest"] = shown.digest.clone();
    }
    client.request("cleaninfra/diagram", params).await
}

async fn whole(client: &mut Client, aspect: f64) -> Value {
    client.request("cleaninfra/diagram", json!({ "textDocument": { "uri": MAIN }, "aspect": aspect })).await
}

/// A program that somebody works on.
struct Program {
    services: Vec<Service>,
    next: usize,
    random: Random,
}

struct Service {
    name: String,
    comment: usize,
    members: Vec<Member>,
}

struct Member {
    name: String,
    /// A function with the names of the queues that it sends to.
    sends: Option<Vec<String>>,
}

impl Program {
    fn name(&mut self, start: &str) -> String {
        self.next += 1;
        format!("{start}{}", self.next)
    }

    /// One change, as a person would make.
    fn edit(&mut self) {
        let at = self.random.below(self.services.len().max(1));
        match self.random.below(12) {
            0 if self.services.len() < 4 => {
                let name = self.name("Service");
                self.services.push(Service { name, comment: 0, members: Vec::new() });
            }
            1 if self.services.len() > 2 => {
                self.services.remove(at);
            }
            2 | 3 => self.services[at].comment += 1,
            4 if at > 0 => self.services.swap(at - 1, at),
            5 | 6 => {
                let position = self.random.below(self.services[at].members.len() + 1);
                let (name, queues) = (self.name("function"), self.queues(at));
                let sends = queues.into_iter().filter(|_| self.random.below(2) == 0).collect();
                self.services[at].members.insert(position, Member { name, sends: Some(sends) });
            }
            7 if !self.services[at].members.is_empty() => {
                let gone = self.random.below(self.services[at].members.len());
                let gone = self.services[at].members.remove(gone).name;
                for sends in self.services[at].members.iter_mut().filter_map(|member| member.sends.as_mut()) {
                    sends.retain(|name| *name != gone);
                }
            }
            8 => {
                let queues = self.queues(at);
                let position = self.random.below(queues.len().max(1));
                for sends in self.services[at].members.iter_mut().filter_map(|member| member.sends.as_mut()) {
                    match queues.get(position) {
                        Some(queue) if !sends.contains(queue) => sends.push(queue.clone()),
                        _ => drop(sends.pop()),
                    }
                }
            }
            _ => {
                let position = self.random.below(self.services[at].members.len() + 1);
                let name = self.name("queue");
                self.services[at].members.insert(position, Member { name, sends: None });
            }
        }
    }

    fn queues(&self, service: usize) -> Vec<String> {
        let queues = self.services[service].members.iter().filter(|member| member.sends.is_none());
        queues.map(|member| member.name.clone()).collect()
    }

    fn text(&self) -> String {
        let mut text = "use std::messaging::Queue;\nuse std::compute::{Function, Runtime};\n".to_owned();
        for Service { name, comment, members } in &self.services {
            let _ = writeln!(text, "{}service {name} {{", "// More.\n".repeat(*comment));
            for Member { name, sends } in members {
                let _ = match sends {
                    None => writeln!(text, "    let {name} = Queue {{}};"),
                    Some(sends) => {
                        let uses: Vec<String> = sends.iter().map(|queue| format!("{queue}.send")).collect();
                        let uses = uses.join(", ");
                        writeln!(
                            text,
                            "    let {name} = Function {{ code: \"a\", runtime: Runtime::Nodejs22, uses: [{uses}] }};"
                        )
                    }
                };
            }
            text.push_str("}\n");
        }
        let all = self
            .services
            .iter()
            .map(|Service { name, .. }| format!("let {} = {name} {{}}; ", name.to_lowercase()));
        text + &format!("app All {{ {}environment dev {{}} }}\n", all.collect::<String>())
    }
}

#[test]
fn patches_come_to_what_is_sent_whole() {
    for seed in [1, 2, 3] {
        let mut program = Program { services: Vec::new(), next: 0, random: Random(seed) };
        for _ in 0..2 {
            let name = program.name("Service");
            program.services.push(Service { name, comment: 0, members: Vec::new() });
        }
        for _ in 0..20 {
            program.edit();
        }
        with_code(&program.text(), |mut client| async move {
            client.start().await;
            client.open(MAIN, &program.text()).await;
            let mut panels = [(1.0, Shown::default()), (2.5, Shown::default())];
            let mut told = Vec::new();
            for edit in 2..60 {
                for (at, (aspect, shown)) in panels.iter_mut().enumerate() {
                    // One of the panels does not see every change.
                    if at == 1 && edit % 3 != 0 {
                        continue;
                    }
                    let answer = asked(&mut client, shown, *aspect).await;
                    // One that nobody waited for changes nothing.
                    if edit % 7 == 3 {
                        continue;
                    }
                    told.push(shown.take(&answer));
                    let whole = whole(&mut client, *aspect).await;
                    assert_eq!(whole["problem"], answer["problem"]);
                    assert_eq!(whole["digest"], shown.digest);
                    assert_eq!(
                        shown.svg(),
                        whole["svg"].as_str().unwrap(),
                        "after edit {edit} of seed {seed}"
                    );
                    assert_eq!(json!(shown.places), whole["places"], "after edit {edit} of seed {seed}");
                }
                program.edit();
                client.replace(MAIN, edit, &program.text()).await;
            }
            let count = |what| told.iter().filter(|told| **told == what).count();
            assert_eq!(told[0], "whole");
            assert!(count("patch") > told.len() / 2, "{told:?}");
            assert!(count("unchanged") > 0, "{told:?}");
            client.stop().await;
        });
    }
}

/// A service of queues that nothing connects, and functions that each send to one.
fn large(queues: usize, functions: usize) -> String {
    let mut members: Vec<Member> =
        (0..queues).map(|at| Member { name: format!("queue_{at}"), sends: None }).collect();
    for at in 0..functions {
        members.push(Member { name: format!("function_{at}"), sends: Some(vec![format!("queue_{at}")]) });
    }
    let services = vec![Service { name: "Large".to_owned(), comment: 0, members }];
    Program { services, next: 0, random: Random(1) }.text()
}

/// How many bytes one more resource takes: the whole answer, and the patch.
fn bytes_of_one_more(queues: usize, functions: usize) -> (usize, usize) {
    let text = large(queues, functions);
    let sizes = std::rc::Rc::new(std::cell::Cell::default());
    let found = std::rc::Rc::clone(&sizes);
    with_code(&text.clone(), |mut client| async move {
        client.start().await;
        client.open(MAIN, &text).await;
        let mut shown = Shown::default();
        shown.take(&asked(&mut client, &shown, 1.0).await);
        let line = format!("    let queue_{} = Queue {{}};\n", queues / 2);
        let more = text.replace(&line, &format!("{line}    let one_more = Queue {{}};\n"));
        assert_ne!(text, more);
        client.replace(MAIN, 2, &more).await;
        let patch = asked(&mut client, &shown, 1.0).await;
        let whole = whole(&mut client, 1.0).await;
        assert_eq!(shown.take(&patch), "patch");
        assert_eq!(shown.svg(), whole["svg"].as_str().unwrap());
        found.set((whole.to_string().len(), patch.to_string().len()));
        client.stop().await;
    });
    sizes.get()
}

#[test]
fn one_more_box_takes_few_bytes() {
    let (whole, patch) = bytes_of_one_more(80, 20);
    assert!(patch * 8 < whole, "{patch} bytes instead of {whole}");
}

/// ```sh
/// cargo nextest run -p ci-language-server --run-ignored only bytes_of_patches --no-capture
/// ```
#[test]
#[ignore = "says how large patches are"]
fn bytes_of_patches() {
    for (queues, functions) in [(100, 0), (80, 20), (50, 50), (1000, 0), (800, 200), (500, 500)] {
        let (whole, patch) = bytes_of_one_more(queues, functions);
        let share = whole / patch.max(1);
        eprintln!(
            "{queues} queues, {functions} functions: {whole} bytes whole, {patch} as a patch: {share} times less"
        );
    }
}

#[test]
fn who_has_something_else_is_sent_all_of_it() {
    let text = large(6, 2);
    with_code(&text.clone(), |mut client| async move {
        client.start().await;
        client.open(MAIN, &text).await;
        let mut shown = Shown::default();
        assert_eq!(shown.take(&asked(&mut client, &shown, 1.0).await), "whole");
        let digest = shown.digest.clone();
        client.replace(MAIN, 2, &text.replace("queue_3", "letters")).await;

        // An editor that does not know of patches.
        let params = json!({ "textDocument": { "uri": MAIN }, "aspect": 1.0, "digest": digest });
        let plain = client.request("cleaninfra/diagram", params).await;
        assert!(
            plain["svg"].is_string() && plain["places"].is_array() && plain["patch"].is_null(),
            "{plain}"
        );

        // A digest of another server.
        for unknown in ["0123456789abcdef-0123456789abcdef", "nothing", ""] {
            let other = Shown { digest: json!(unknown), ..Shown::default() };
            let answer = asked(&mut client, &other, 1.0).await;
            assert!(answer["svg"].is_string() && answer["places"].is_array() && answer["patch"].is_null());
        }

        // One that has the picture, and other places.
        let (picture, _) = digest.as_str().unwrap().split_once('-').unwrap();
        client.replace(MAIN, 3, &text).await;
        let other = Shown { digest: json!(format!("{picture}-0123456789abcdef")), ..Shown::default() };
        let answer = asked(&mut client, &other, 1.0).await;
        assert_eq!((&answer["unchanged"], &answer["patch"]), (&json!(true), &Value::Null));
        assert!(answer["places"].is_array());

        // Nothing is as it was: the whole takes less than a patch would.
        client.replace(MAIN, 4, &large(200, 0)).await;
        shown.take(&asked(&mut client, &shown, 1.0).await);
        client.replace(MAIN, 5, &large(200, 0).replace("queue_", "letters_")).await;
        assert_eq!(shown.take(&asked(&mut client, &shown, 1.0).await), "whole");
        client
            .replace(MAIN, 6, &large(200, 0).replace("queue_", "letters_").replace("letters_7 ", "more "))
            .await;
        assert_eq!(shown.take(&asked(&mut client, &shown, 1.0).await), "patch");
        client.stop().await;
    });
}
