use super::*;
use crate::testing::Fixture;

#[test]
fn a_file_is_a_tree_of_declarations() {
    let fixture = Fixture::new(
        "\
use std::messaging::Queue;
enum Mode { Fast, Slow }
service Orders {
    input mode: Mode;
    let jobs = Queue {};
    let topic = aws::sns::Topic { DisplayName: mode.name() };
    output url: Url = jobs.url;
}
test \"all is well\" { assert true; }
",
    );
    let found = document_symbols(fixture.snapshot(), fixture.file("/src/main.ci"));
    let mut shown = Vec::new();
    for symbol in &found {
        shown.push(format!("{:?} {}", symbol.sort, symbol.name));
        shown.extend(
            symbol
                .children
                .iter()
                .map(|child| format!("  {:?} {} ({})", child.sort, child.name, child.detail)),
        );
    }
    assert_eq!(
        shown,
        [
            "Enum Mode",
            "  Variant Fast (variant)",
            "  Variant Slow (variant)",
            "Service Orders",
            "  Input mode (input: Mode)",
            "  Instance jobs (let: Queue)",
            "  Resource topic (let: aws::sns::Topic)",
            "  Output url (output: Url)",
            "Test all is well",
        ]
    );
}

#[test]
fn the_best_name_comes_first() {
    let fixture = Fixture::new(
        "//- /src/main.ci\nservice Orders { let orders_queue = aws::sqs::Queue {}; }\n//- /src/a.ci\nservice MyOrders {}\nservice Other {}\n",
    );
    let names = |query: &str| {
        let found = workspace_symbols(fixture.snapshot(), query, 10);
        found.into_iter().map(|symbol| format!("{} in {}", symbol.name, symbol.detail)).collect::<Vec<_>>()
    };
    assert_eq!(names("orders"), ["Orders in crate", "orders_queue in Orders", "MyOrders in a"]);
    assert_eq!(names("oq"), ["orders_queue in Orders"]);
    assert_eq!(names("nothing"), [""; 0]);
}
