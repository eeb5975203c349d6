use super::*;
use crate::eval::builtin::json_text;
use crate::eval::builtin::tests::{account, at, conditional, i, l, place, r, shown, t};

fn kind(kind: &'static str, name: Value) -> Located {
    at(Value::Principal(Rc::new(Principal::Kind(kind, at(name)))))
}

fn everyone() -> Located {
    at(Value::Principal(Rc::new(Principal::Everyone)))
}

fn statement(actions: &[&str], resources: Option<Vec<Value>>, principals: Vec<Located>) -> Statement {
    Statement {
        sid: None,
        effect: Effect::Allow,
        actions: actions.iter().map(|action| Arc::from(*action)).collect(),
        resources: resources.map(|resources| resources.into_iter().map(at).collect()),
        principals,
        conditions: None,
    }
}

fn value(statement: Statement) -> Value {
    Value::Statement(Rc::new(statement))
}

fn json(value: Value) -> String {
    match json_text(&at(value)) {
        Ok(Value::Text(text)) => text.as_ref().into(),
        other => shown(other),
    }
}

#[test]
fn statements() {
    let cases = [
        (
            statement(
                &["s3:PutObject", "s3:GetObject", "s3:PutObject"],
                Some(vec![t("a"), t("b"), t("a")]),
                vec![],
            ),
            r#"{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["a","b"]}"#,
        ),
        (
            Statement { effect: Effect::Deny, ..statement(&["s3:GetObject"], Some(vec![t("a")]), vec![]) },
            r#"{"Effect":"Deny","Action":"s3:GetObject","Resource":"a"}"#,
        ),
        (
            statement(&["sts:AssumeRole"], None, vec![everyone()]),
            r#"{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}"#,
        ),
        (
            statement(
                &["sts:AssumeRole"],
                None,
                vec![
                    kind("Service", t("lambda.amazonaws.com")),
                    kind("AWS", t("111111111111")),
                    kind("Service", t("ec2.amazonaws.com")),
                    everyone(),
                ],
            ),
            r#"{"Effect":"Allow","Principal":{"AWS":["111111111111","*"],"Service":["lambda.amazonaws.com","ec2.amazonaws.com"]},"Action":"sts:AssumeRole"}"#,
        ),
        (
            Statement {
                conditions: Some(at(r([("Bool", r([("aws:SecureTransport", t("false"))]))]))),
                ..statement(&["s3:*"], Some(vec![t("*")]), vec![kind("Federated", t("arn"))])
            },
            r#"{"Effect":"Allow","Principal":{"Federated":"arn"},"Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#,
        ),
    ];
    for (statement, expected) in cases {
        assert_eq!(json(statement_record(&statement, place(1))), expected);
    }
}

#[test]
fn late_and_conditional_parts_stay() {
    let one = statement(&["s3:GetObject"], Some(vec![account()]), vec![]);
    assert_eq!(
        shown(Ok(statement_record(&one, place(1)))),
        r#"{Effect: "Allow", Action: "s3:GetObject", Resource: <account>}"#
    );
    let maybe = statement(
        &["s3:GetObject"],
        Some(vec![conditional(t("a"))]),
        vec![at(conditional(kind("AWS", t("b")).value))],
    );
    assert_eq!(
        shown(Ok(statement_record(&maybe, place(1)))),
        r#"{Effect: "Allow", Principal: {AWS: [if("b")]}, Action: "s3:GetObject", Resource: [if("a")]}"#
    );
}

#[test]
fn documents() {
    let read = || value(statement(&["s3:GetObject"], Some(vec![t("a")]), vec![]));
    let record = r#"{Effect: "Allow", Action: "s3:GetObject", Resource: "a"}"#;
    let document = |statements: Vec<Value>| {
        let statements: Vec<_> = statements.into_iter().map(at).collect();
        shown(policy_document(&statements, place(1)))
    };
    assert_eq!(document(vec![read()]), format!("{{Version: \"2012-10-17\", Statement: [{record}]}}"));
    assert_eq!(
        document(vec![conditional(read()), Value::None, l([read()])]),
        format!("{{Version: \"2012-10-17\", Statement: [if({record}), {record}]}}")
    );
    assert_eq!(document(vec![]), "{Version: \"2012-10-17\", Statement: []}");
    assert_eq!(document(vec![read(), Value::Unknown]), "unknown");
    assert_eq!(document(vec![i(1)]), "argument: expected a statement, found a whole number");
    assert_eq!(document(vec![account()]), "late at 7");
}

#[test]
fn statements_are_called_after_their_capability() {
    let named = |sid: &str, action: &str| {
        at(value(Statement { sid: Some(sid.into()), ..statement(&[action], Some(vec![t("a")]), vec![]) }))
    };
    let document = policy_document(
        &[
            named("OrdersRead", "s3:GetObject"),
            named("OrdersRead2", "s3:PutObject"),
            named("OrdersRead", "s3:ListBucket"),
            // The same right twice is one.
            named("OrdersRead", "s3:GetObject"),
            at(value(statement(&["s3:DeleteObject"], Some(vec![t("a")]), vec![]))),
        ],
        place(1),
    );
    assert_eq!(
        shown(document),
        concat!(
            r#"{Version: "2012-10-17", Statement: ["#,
            r#"{Sid: "OrdersRead", Effect: "Allow", Action: "s3:GetObject", Resource: "a"}, "#,
            r#"{Sid: "OrdersRead2", Effect: "Allow", Action: "s3:PutObject", Resource: "a"}, "#,
            r#"{Sid: "OrdersRead3", Effect: "Allow", Action: "s3:ListBucket", Resource: "a"}, "#,
            r#"{Effect: "Allow", Action: "s3:DeleteObject", Resource: "a"}]}"#
        )
    );
}
