use std::sync::Arc;
use std::time::Instant;

use super::*;
use crate::{Host, MemorySystem};

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

const SHOP: &str = r#"
use std::compute::{Function, Runtime};
use std::data::Table;
use std::messaging::Queue;

interface Ship { send: Capability; url: Url; }

service Shipping {
    let parcels = Queue { visibility_timeout: 60s };
    let packer = Function { code: "code", runtime: Runtime::Nodejs22, timeout: 10s, on: [parcels.messages {}] };
    provides ship: Ship = { send: parcels.send, url: parcels.url };
}

service Orders {
    needs ship: Ship;
    let orders = Table { key: "id" };
    let api = Function {
        code: "code", runtime: Runtime::Nodejs22, url: true,
        uses: [orders.read, ship.send, allow ses::SendEmail on ["*"]],
        env: { SHIP: ship.url },
    };
}

/// Sells things.
app Shop {
    let shipping = Shipping {};
    let orders = Orders { ship: shipping.ship };
    environment dev {}
    environment prod {}
}
"#;

fn host(source: &str) -> Host {
    let system = MemorySystem::new([
        ("/p/ci.toml", MANIFEST),
        ("/p/src/main.ci", source),
        ("/p/code/index.mjs", "export {}"),
    ]);
    Host::open(Arc::new(system), "/p".into()).expect("a project")
}

fn report(source: &str, question: &DiagramQuestion) -> DiagramReport {
    host(source).snapshot().diagram(question)
}

fn drawn(source: &str, question: &DiagramQuestion) -> Diagram<Source> {
    let host = host(source);
    let report = host.snapshot().diagram(question);
    let messages: Vec<&String> = report.diagnostics.iter().map(|found| &found.message).collect();
    let drawn = report.target.unwrap_or_else(|| panic!("nothing is drawn: {messages:?}"));
    host.snapshot().with_lines(drawn.diagram)
}

/// A line for each box and each arrow.
fn told<L>(diagram: &Diagram<L>) -> String {
    let mut lines: Vec<String> =
        diagram.nodes.iter().map(|node| format!("{} {}", node.id, node.label)).collect();
    lines
        .extend(diagram.edges.iter().map(|edge| format!("{} {}", edge.id, edge.label).trim_end().to_owned()));
    lines.join("\n")
}

#[test]
fn boxes_are_what_people_name_and_arrows_are_what_the_compiler_knows() {
    let diagram = drawn(SHOP, &DiagramQuestion::default());
    assert_eq!(diagram.title, "Shop, dev");
    assert_eq!(diagram.description.as_deref(), Some("Sells things."));
    assert_eq!(
        told(&diagram),
        "shipping/parcels Queue\n\
         shipping/packer Function\n\
         orders/orders Table\n\
         orders/api Function\n\
         aws:ses AWS service\n\
         shipping/parcels>shipping/packer:event\n\
         orders/api>shipping/parcels:access send\n\
         orders/api>orders/orders:access read\n\
         orders/api>aws:ses:access write"
    );
}

#[test]
fn an_arrow_leads_to_the_line_that_says_so() {
    let diagram = drawn(SHOP, &DiagramQuestion::default());
    let edge =
        diagram.edges.iter().find(|edge| edge.id == "orders/api>orders/orders:access").expect("an arrow");
    let line = SHOP.lines().position(|line| line.contains("uses:")).expect("a line") as u32 + 1;
    assert_eq!((edge.at[0].file.as_str(), edge.at[0].start.0), ("/p/src/main.ci", line));
}

/// Components are of the standard library here: what a user can go to is where they are used.
#[test]
fn a_box_and_an_arrow_lead_to_what_the_program_itself_says() {
    const SITE: &str = r"
use std::messaging::Queue;
component Pair { let one = Queue {}; let other = aws::sqs::Queue {}; }
service S {
    let pair = Pair {};
    let alone = Queue {};
}
";
    let lines = |source: &str, question: &DiagramQuestion| {
        let diagram = drawn(source, question);
        let line = |at: &Source| {
            assert_eq!(at.file, "/p/src/main.ci");
            source.lines().nth(at.start.0 as usize - 1).expect("a line").trim().to_owned()
        };
        let groups = diagram.groups.iter().map(|group| (group.id.clone(), group.at.as_ref().map(line)));
        let nodes = diagram.nodes.iter().map(|node| (node.id.clone(), node.at.as_ref().map(line)));
        let edges = diagram.edges.iter().map(|edge| (edge.id.clone(), edge.at.first().map(line)));
        let all = groups.chain(nodes).chain(edges);
        all.map(|(id, at)| format!("{id}: {}", at.unwrap_or_default())).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(
        lines(SITE, &DiagramQuestion::default()),
        "s: service S {\n\
         s/pair: let pair = Pair {};\n\
         s/pair.one: component Pair { let one = Queue {}; let other = aws::sqs::Queue {}; }\n\
         s/pair.other: component Pair { let one = Queue {}; let other = aws::sqs::Queue {}; }\n\
         s/alone: let alone = Queue {};"
    );
    for level in [Level::Services, Level::Units, Level::Resources] {
        lines(SHOP, &DiagramQuestion { level, ..DiagramQuestion::default() });
    }
}

#[test]
fn of_one_service_its_neighbours_are_drawn() {
    let question = DiagramQuestion { service: Some("shipping".to_owned()), ..DiagramQuestion::default() };
    assert_eq!(
        told(&drawn(SHOP, &question)),
        "shipping/parcels Queue\n\
         shipping/packer Function\n\
         orders/api Function\n\
         shipping/parcels>shipping/packer:event\n\
         orders/api>shipping/parcels:access send"
    );
    let unknown = DiagramQuestion { service: Some("ship".to_owned()), ..DiagramQuestion::default() };
    let report = report(SHOP, &unknown);
    assert!(report.target.is_none());
    assert_eq!(report.known, ["shipping", "orders"]);
}

#[test]
fn services_alone_are_a_box_each() {
    let question = DiagramQuestion { level: Level::Services, ..DiagramQuestion::default() };
    assert_eq!(
        told(&drawn(SHOP, &question)),
        "shipping Queue, Function\n\
         orders Table, Function\n\
         aws:ses AWS service\n\
         orders>shipping:access send\n\
         orders>aws:ses:access write"
    );
}

#[test]
fn every_resource_is_a_box_where_that_was_asked_for() {
    let question = DiagramQuestion { level: Level::Resources, ..DiagramQuestion::default() };
    let report = report(SHOP, &question);
    let diagram = report.target.expect("a diagram").diagram;
    let own = diagram.nodes.iter().filter(|node| !node.parts.is_empty());
    assert!(own.clone().all(|node| node.parts.len() == 1));
    assert!(own.clone().any(|node| node.id == "orders/api.role"), "{}", told(&diagram));
    assert!(diagram.edges.iter().any(|edge| edge.id == "orders/api.function>orders/api.role:reference"));
}

/// An editor shows what is there while something else is being written.
#[test]
fn what_has_no_errors_is_drawn() {
    let broken = SHOP.replace(
        "let orders = Table { key: \"id\" };",
        "let orders = Table { key: \"id\" };\n    let mail = aws::sqs::Queue { DelaySeconds: \"soon\" };",
    );
    let report = report(&broken, &DiagramQuestion::default());
    assert!(!report.diagnostics.is_empty());
    let told = told(&report.target.expect("a diagram").diagram);
    assert!(told.contains("shipping/parcels>shipping/packer:event"), "{told}");
    assert!(told.contains("orders/api>orders/orders:access read"), "{told}");
}

#[test]
fn an_environment_that_is_not_there_is_reported() {
    let question = DiagramQuestion { target: Some("live".to_owned()), ..DiagramQuestion::default() };
    let report = report(SHOP, &question);
    assert!(report.target.is_none());
    assert_eq!(report.diagnostics.last().expect("a finding").message, "there is no environment `live`");
}

/// A change waits for those who read. A drawing reads for as long as the stacks take, not for as long as the lines do.
#[test]
fn a_change_does_not_wait_for_a_drawing() {
    // Queues whose dead letters are kept by others: a tree of arrows.
    let queue = |at: usize| {
        let dead = format!("RedrivePolicy: {{ deadLetterTargetArn: q{}.Arn, maxReceiveCount: 3 }}", at / 3);
        let dead = if at > 0 { dead } else { String::new() };
        format!("    let q{at} = aws::sqs::Queue {{ {dead} }};\n")
    };
    let queues: String = (0..700).map(queue).collect();
    let mut host = host(&format!("service S {{\n{queues}}}\n"));
    let question = DiagramQuestion::default();
    let mut waited = Vec::new();
    // A busy machine may keep anybody waiting, but not each time.
    for attempt in 0..5 {
        host.snapshot().drawn(&question);
        let start = Instant::now();
        host.snapshot().drawn(&question);
        let alone = start.elapsed();
        let snapshot = host.snapshot().clone();
        let asked = question.clone();
        let drawing = std::thread::spawn(move || crate::unless_overtaken(|| snapshot.drawn(&asked)).is_err());
        std::thread::sleep(alone / 4);
        let text = format!("service S {{\n{queues}}}\n// {attempt}\n").as_str().into();
        let start = Instant::now();
        host.apply(&[crate::Change::Edit { path: "/p/src/main.ci".into(), text }]);
        waited.push((start.elapsed(), alone));
        assert!(drawing.join().expect("no panic"), "the drawing was overtaken");
        if waited.iter().any(|(waited, alone)| *waited < *alone / 3) {
            return;
        }
    }
    panic!("a change waited so long beside a drawing that takes so long: {waited:?}");
}
