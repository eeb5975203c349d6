//! What people have of roles.

use serde_json::{Value, json};

use super::{Role, roles};

const QUEUE: &str = r#"{"Version":"2012-10-17","Statement":{"Sid":"One","Effect":"Allow","Action":"sqs:SendMessage","Resource":["arn:aws:sqs:eu-west-1:111122223333:jobs"],"Condition":{"Bool":{"aws:SecureTransport":true},"StringEquals":{"aws:SourceAccount":["111122223333"]}}}}"#;

fn queue() -> Value {
    serde_json::from_str(QUEUE).expect("it is JSON")
}

fn read(value: &Value) -> Vec<Role> {
    roles(&value.to_string()).expect("it can be read")
}

fn problem(value: &Value) -> String {
    roles(&value.to_string()).expect_err("it cannot be read").to_string()
}

#[test]
fn one_policy_in_every_shape_is_the_same_policy() {
    let statements = read(&queue()).remove(0).statements;
    assert_eq!(statements.len(), 1);
    assert_eq!(statements[0].conditions.len(), 2);
    let encoded = QUEUE.replace('%', "%25").replace('{', "%7B").replace('"', "%22").replace(' ', "+");
    for shape in [
        json!([queue()]),
        json!(QUEUE),
        json!({ "RoleName": "deployer", "PolicyName": "p", "PolicyDocument": queue() }),
        json!({ "PolicyDocument": encoded }),
        json!({ "PolicyVersion": { "Document": queue(), "VersionId": "v1" } }),
    ] {
        assert_eq!(read(&shape).remove(0).statements, statements, "{shape}");
    }
    assert_eq!(read(&json!([queue(), queue()])).remove(0).statements.len(), 2);
}

#[test]
fn roles_of_an_account_have_their_policies_and_boundaries() {
    let arn = "arn:aws:iam::111122223333:policy/queue";
    let account = json!({
        "RoleDetailList": [
            {
                "RoleName": "deployer",
                "Arn": "arn:aws:iam::111122223333:role/deployer",
                "RolePolicyList": [{ "PolicyName": "inline", "PolicyDocument": queue() }],
                "AttachedManagedPolicies": [
                    { "PolicyName": "queue", "PolicyArn": arn },
                    { "PolicyName": "gone", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess" }
                ],
                "PermissionsBoundary": { "PermissionsBoundaryArn": arn }
            },
            { "RoleName": "other", "Arn": "arn:aws:iam::111122223333:role/other" }
        ],
        "Policies": [{
            "Arn": arn,
            "PolicyVersionList": [
                { "IsDefaultVersion": false, "Document": { "Statement": [] } },
                { "IsDefaultVersion": true, "Document": queue() }
            ]
        }]
    });
    let found = read(&account);
    assert_eq!(found.len(), 2);
    let role = &found[0];
    assert_eq!(role.name.as_deref(), Some("deployer"));
    assert_eq!(role.account.as_deref(), Some("111122223333"));
    assert_eq!(role.statements.len(), 2);
    assert_eq!(role.boundary.as_ref().map(Vec::len), Some(1));
    assert_eq!(role.missing, ["arn:aws:iam::aws:policy/ReadOnlyAccess"]);
}

#[test]
fn what_is_no_policy_of_a_role_says_why() {
    let with = |change: fn(&mut Value)| {
        let mut document = queue();
        change(&mut document["Statement"]);
        problem(&document)
    };
    assert!(problem(&json!({ "Role": {} })).contains("has no permissions"));
    assert!(problem(&json!({ "a": 1 })).contains("expected a policy document"));
    assert!(problem(&json!(7)).contains("expected a policy document"));
    assert!(with(|statement| statement["Principal"] = json!("*")).contains("has principals"));
    assert!(with(|statement| statement["Effect"] = json!("allow")).contains("neither `Allow` nor `Deny`"));
    assert!(with(|statement| statement["Action"] = json!({})).contains("`Action` is neither a text"));
    assert!(
        with(|statement| statement["Condition"] = json!({ "Sometimes": { "a": "b" } }))
            .contains("`Sometimes`")
    );
    assert!(with(|statement| *statement = json!([1])).contains("statement 1: expected an object"));
    assert!(
        with(|statement| {
            statement.as_object_mut().map(|fields| fields.remove("Resource"));
        })
        .contains("either `Resource` or `NotResource`")
    );
    assert!(roles("{").expect_err("no JSON").to_string().contains("this is no JSON"));
}
