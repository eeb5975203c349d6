use serde_json::json;

use super::{FORMS, SHORTEST, is_secret_variable, known_form};
use crate::tests::found;

fn secrets(properties: &serde_json::Value) -> Vec<String> {
    let found = found(&json!({ "it": properties }));
    found.lines().filter_map(|line| Some(line.split_once(" is written out")?.0.to_owned())).collect()
}

#[test]
fn a_password_that_is_written_in_its_property_is_found() {
    let database = json!({ "type": "AWS::RDS::DBInstance", "MasterUserPassword": "orange juice" });
    assert_eq!(
        secrets(&database),
        ["error E0821 at it.MasterUserPassword: the value of `MasterUserPassword`"]
    );
    // Nothing else is said of it, which would have to repeat it.
    let short = found(&json!({ "it": { "type": "AWS::RDS::DBInstance", "MasterUserPassword": "a/b" } }));
    assert!(!short.contains("a/b"), "{short}");
    let one_or_other =
        json!({ "type": "AWS::RDS::DBInstance", "MasterUserPassword": { "either": ["orange", ""] } });
    assert_eq!(secrets(&one_or_other).len(), 1);
    let managed = json!({ "type": "AWS::RDS::DBInstance", "ManageMasterUserPassword": true });
    assert!(secrets(&managed).is_empty());
}

#[test]
fn a_variable_says_by_its_name_that_it_holds_a_secret() {
    let secret = ["PASSWORD", "DB_PASSWORD", "API_KEY", "STRIPE_SECRET_KEY", "JWT_SECRET"];
    assert!(secret.iter().all(|name| is_secret_variable(name)));
    let other =
        ["DB_PASSWORD_ARN", "PASSWORDS", "password", "Password", "MYPASSWORD", "SECRET_NAME", "TABLE"];
    assert!(!other.iter().any(|name| is_secret_variable(name)));
    let function = |value: &str| {
        let variables = json!({ "DB_PASSWORD": value, "TABLE": "orders" });
        secrets(&json!({ "type": "AWS::Lambda::Function", "Environment": { "Variables": variables } }))
    };
    assert_eq!(function("hunter2").len(), 1);
    // Where a secret is found, what is off, and nothing at all, are no secrets.
    for other in ["arn:aws:secretsmanager:eu-west-1:1:secret:a", "prod/db", "true", "12", ""] {
        assert!(function(other).is_empty(), "{other}");
    }
    let container = json!([{ "Name": "web", "Environment": [{ "Name": "API_KEY", "Value": "abc" }] }]);
    let task = json!({ "type": "AWS::ECS::TaskDefinition", "ContainerDefinitions": container });
    assert_eq!(
        secrets(&task),
        ["error E0821 at it.ContainerDefinitions.0.Environment.0.Value: the value of `API_KEY`"]
    );
}

#[test]
fn a_form_says_what_it_is() {
    for form in FORMS {
        let secret = format!("{}{}", form.start, "A1".repeat(form.length.div_ceil(2)));
        assert_eq!(known_form(&format!("export KEY=\"{secret}\"")), Some(form.what));
        assert!(secret.len() >= SHORTEST);
        let short = &secret[..form.start.len() + form.length - 1];
        assert_eq!(known_form(&format!("the key {short} is too short")), None);
    }
    assert_eq!(known_form("-----BEGIN RSA PRIVATE KEY-----\nMII"), Some("a private key"));
    assert_eq!(known_form("-----BEGIN CERTIFICATE-----\nMII"), None);
    assert_eq!(known_form("AKIAIOSFODNN7EXAMPLE is the key of AWS's examples"), None);
}
