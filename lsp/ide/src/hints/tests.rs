use super::*;
use crate::testing::Fixture;

fn shown(text: &str, options: HintOptions) -> Vec<String> {
    let fixture = Fixture::new(text);
    let file = fixture.file("/src/main.ci");
    let text = fixture.snapshot().files().text(file);
    hints(fixture.snapshot(), file, TextRange::new(0, text.len() as u32), options)
        .iter()
        .map(|hint| {
            let line = text[..hint.at.range.start as usize].rsplit('\n').next().unwrap_or_default();
            format!("{}‹{}›", line.trim(), hint.label)
        })
        .collect()
}

#[test]
fn a_let_shows_its_type_where_the_value_does_not() {
    let found = shown(
        "service S {\n    let queue = aws::sqs::Queue { QueueName: label };\n    let parts = [\"a\", \"b\"].map(|x| x.len());\n    let label = parts.len().to_string();\n    let plain = \"a\";\n    let said: String = label + plain;\n    output o: String = said;\n}\n",
        HintOptions { types: true, rights: true },
    );
    assert_eq!(found, ["let parts‹: List<Int>›", "let label‹: String›"]);
}

const RIGHTS: &str = "\
use std::compute::{Function, Runtime};
use std::data::Table;
service Orders {
    let orders = Table { key: \"id\" };
    let api = Function {
        code: \"handlers/api\",
        runtime: Runtime::Nodejs22,
        uses: [orders.write, allow ssm::GetParameter on [\"arn:aws:ssm:*:*:parameter/a\"]],
    };
}
//- /handlers/api/index.mjs
export const handler = async () => {};
";

#[test]
fn a_right_shows_the_statements_it_becomes() {
    let found = shown(&format!("//- /src/main.ci\n{RIGHTS}"), HintOptions { types: false, rights: true });
    assert_eq!(
        found,
        [
            "uses: [orders.write‹ → dynamodb: ConditionCheckItem, PutItem, UpdateItem on orders.table›",
            "uses: [orders.write, allow ssm::GetParameter on [\"arn:aws:ssm:*:*:parameter/a\"]‹ → ssm: GetParameter on arn:aws:ssm:*:*:parameter/a›",
        ]
    );
    assert_eq!(
        shown(&format!("//- /src/main.ci\n{RIGHTS}"), HintOptions { types: false, rights: false }),
        [""; 0]
    );
}

#[test]
fn rights_are_shown_although_something_else_is_wrong() {
    let text = format!(
        "//- /src/main.ci\n{}",
        RIGHTS.replace("service Orders", "const A: Int = \"b\";\nservice Orders")
    );
    assert_eq!(shown(&text, HintOptions { types: false, rights: true }).len(), 2);
}

#[test]
fn a_network_shows_the_endpoints_it_has_for_others() {
    let text = "\
//- /src/main.ci
use std::compute::{Function, Runtime};
use std::messaging::Queue;
use std::network::{PrivateSubnets, Vpc};
interface Net { private: PrivateSubnets }
service Base {
    let vpc = Vpc { cidr: \"10.0.0.0/16\" };
    provides net: Net = { private: vpc.private };
}
service Orders {
    needs net: Net;
    let parcels = Queue {};
    let clerk = Function {
        code: \"handlers/api\",
        runtime: Runtime::Nodejs22,
        network: net.private,
        uses: [parcels.send],
    };
}
app Shop {
    let base = Base {};
    let orders = Orders { net: base.net };
}
//- /handlers/api/index.mjs
export const handler = async () => {};
";
    let fixture = Fixture::new(text);
    let file = fixture.file("/src/main.ci");
    let length = fixture.snapshot().files().text(file).len() as u32;
    let options = HintOptions { types: false, rights: true };
    let found = hints(fixture.snapshot(), file, TextRange::new(0, length), options);
    assert_eq!(found[0].label, " → endpoint.sqs");
    assert_eq!(
        found[0].tooltip.as_deref(),
        Some("There because it is used:\n\n- `endpoint.sqs`, for clerk of shop-orders")
    );
}
