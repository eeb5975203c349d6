//! The pictures of the examples, which are kept beside them. With `CI_BLESS=1` what is kept is written instead; look at
//! the pictures before committing them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use camino::Utf8Path;
use ci_project::{DiagramLevel, DiagramQuestion, Host, OsSystem, TargetDiagram, dot, json, mermaid, svg};

/// The examples, and the environment that is drawn.
const EXAMPLES: [(&str, &str); 3] =
    [("orders", "prod"), ("static-site", "live"), ("three-tier", "production")];

fn folder(example: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(example)
}

fn opened(example: &str) -> Host {
    let folder = folder(example);
    let host = Host::open(Arc::new(OsSystem), Utf8Path::from_path(&folder).unwrap());
    host.unwrap_or_else(|error| panic!("{example}: {}", error.diagnostic.message))
}

fn of(host: &Host, environment: &str, level: DiagramLevel) -> TargetDiagram {
    let question =
        DiagramQuestion { target: Some(environment.to_owned()), level, ..DiagramQuestion::default() };
    host.snapshot().diagram(&question).target.unwrap_or_else(|| panic!("nothing is drawn of {environment}"))
}

fn drawn(example: &str, environment: &str, level: DiagramLevel) -> TargetDiagram {
    of(&opened(example), environment, level)
}

#[test]
fn pictures_are_as_kept() {
    let bless = std::env::var_os("CI_BLESS").is_some_and(|value| !value.is_empty() && value != "0");
    for (example, environment) in EXAMPLES {
        let TargetDiagram { diagram, layout, .. } = drawn(example, environment, DiagramLevel::Units);
        let picture = svg(&diagram, &layout);
        let path = folder(example).join("architecture.svg");
        if bless {
            std::fs::write(&path, &picture).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == picture,
            "{} differs; if that is as it should be: CI_BLESS=1 cargo test -p ci-tests --test diagrams",
            path.display()
        );
    }
}

/// What the picture of `orders` says, in words.
#[test]
fn the_arrows_of_orders() {
    let TargetDiagram { diagram, .. } = drawn("orders", "prod", DiagramLevel::Units);
    let told: Vec<String> = diagram
        .edges
        .iter()
        .map(|edge| format!("{} {}", edge.id, edge.label).trim_end().to_owned())
        .collect();
    assert_eq!(
        told,
        [
            "payments/charge>payments/api_key:access read",
            "orders/shipments>orders/worker:event",
            "orders/api>orders/orders:access read, write",
            "orders/api>orders/shipments:access send",
            "orders/worker>payments/charge:access charge",
            "orders/worker>orders/orders:access write",
            "orders/http>orders/api:event",
            "internet>orders/http:network HTTPS",
        ]
    );
    for edge in &diagram.edges {
        assert!(!edge.at.is_empty(), "{} is said nowhere", edge.id);
    }
}

/// At every level and in every format the same comes out twice, boxes keep apart, and ids are used once.
#[test]
fn drawing_again_gives_the_same() {
    for (example, environment) in EXAMPLES {
        for level in [DiagramLevel::Services, DiagramLevel::Units, DiagramLevel::Resources] {
            let host = opened(example);
            let one = of(&host, environment, level);
            let all = |host: &Host, target: &TargetDiagram| {
                let TargetDiagram { diagram, layout, .. } = target;
                let lines = json(&host.snapshot().with_lines(diagram.clone()), layout);
                [svg(diagram, layout), lines, mermaid(diagram), dot(diagram)]
            };
            let again = opened(example);
            let other = of(&again, environment, level);
            assert!(all(&host, &one) == all(&again, &other), "{example} at {level:?}");
            let rects = &one.layout.nodes;
            for (at, rect) in rects.iter().enumerate() {
                let under = rects[at + 1..].iter().position(|other| rect.overlaps(other));
                assert!(under.is_none(), "{example} at {level:?}: {} is covered", one.diagram.nodes[at].id);
            }
            let mut ids: Vec<&str> = one.diagram.nodes.iter().map(|node| node.id.as_str()).collect();
            ids.extend(one.diagram.edges.iter().map(|edge| edge.id.as_str()));
            let count = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), count, "{example} at {level:?}: an id is used twice");
        }
    }
}

/// What is written for Graphviz, Graphviz reads, and draws all of it. Where it is not installed, there is nothing to ask;
/// with `CI_NEEDS_GRAPHVIZ`, which `.ci/run` sets, that fails.
#[test]
fn graphviz_draws_what_is_written_for_it() {
    if Command::new("dot").arg("-V").output().is_err() {
        let is_needed = std::env::var_os("CI_NEEDS_GRAPHVIZ").is_some();
        assert!(!is_needed, "Graphviz is not installed (on Debian: graphviz)");
        eprintln!("skipped: Graphviz is not installed");
        return;
    }
    for (example, environment) in EXAMPLES {
        for level in [DiagramLevel::Services, DiagramLevel::Units, DiagramLevel::Resources] {
            let TargetDiagram { diagram, .. } = drawn(example, environment, level);
            let mut graphviz = Command::new("dot");
            graphviz.arg("-Tsvg").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut graphviz = graphviz.spawn().unwrap();
            graphviz.stdin.take().unwrap().write_all(dot(&diagram).as_bytes()).unwrap();
            let output = graphviz.wait_with_output().unwrap();
            let (picture, said) = (String::from_utf8(output.stdout).unwrap(), output.stderr);
            assert!(output.status.success() && said.is_empty(), "{}", String::from_utf8_lossy(&said));
            let drawn = |class: &str| picture.matches(&format!("class=\"{class}\"")).count();
            let expected = (diagram.nodes.len(), diagram.groups.len(), diagram.edges.len());
            assert_eq!((drawn("node"), drawn("cluster"), drawn("edge")), expected, "{example} at {level:?}");
        }
    }
}

/// Pictures are for documents: what is drawn by default is as wide as a page, and no name of a group is cut.
#[test]
fn pictures_fit_documents() {
    for (example, environment) in EXAMPLES {
        for (level, width, height) in [
            (DiagramLevel::Services, 900.0, 700.0),
            (DiagramLevel::Units, 900.0, 1400.0),
            (DiagramLevel::Resources, 3200.0, 4000.0),
        ] {
            let TargetDiagram { diagram, layout, .. } = drawn(example, environment, level);
            let is_fit = layout.width <= width && layout.height <= height;
            assert!(is_fit, "{example} at {level:?}: {} by {}", layout.width, layout.height);
            let picture = svg(&diagram, &layout);
            let heads = picture.split("<g class=\"head").skip(1);
            for head in heads.map(|rest| rest.split("</g>").next().unwrap()) {
                assert!(!head.contains('…'), "{example} at {level:?}: {head}");
            }
        }
    }
}
