use super::*;
use crate::testing::Fixture;

fn pasted(text: &str) -> Pasted {
    paste(text)
}

/// The templates of a service with these members.
fn built(members: &str) -> serde_json::Value {
    let fixture = Fixture::new(&format!("service Pasted {{\n{members}\n}}\n"));
    let built = fixture.snapshot().build(&ci_project::BuildOptions::default());
    assert_eq!(built.diagnostics, [], "{members}");
    let template = built.outputs.iter().find(|file| file.path.ends_with("template.json"));
    template.map_or(serde_json::Value::Null, |file| serde_json::from_slice(&file.bytes).unwrap_or_default())
}

#[test]
fn a_template_becomes_members_that_make_it_again() {
    let yaml = r#"
Resources:
  DeadLetters:
    Type: AWS::SQS::Queue
    DeletionPolicy: Retain
    Properties:
      MessageRetentionPeriod: 1209600
  SQSQueue:
    Type: AWS::SQS::Queue
    DependsOn: Topic
    Properties:
      QueueName: !Sub "${AWS::StackName}-{jobs}"
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt DeadLetters.Arn
        maxReceiveCount: 5
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Join ["-", [!Ref "AWS::Region", "a\"b"]]
      Tags:
        - Key: name
          Value: !Ref SQSQueue
"#;
    let pasted = pasted(&yaml.replace("    DependsOn: Topic\n", ""));
    assert_eq!(pasted.notes, [""; 0]);
    let members = pasted.text.unwrap_or_default();
    let template = built(&members);
    let resources = &template["Resources"];
    assert_eq!(resources["DeadLetters"]["DeletionPolicy"], "Retain");
    assert_eq!(
        resources["SQSQueue"]["Properties"]["RedrivePolicy"]["deadLetterTargetArn"],
        serde_json::json!({ "Fn::GetAtt": ["DeadLetters", "Arn"] })
    );
    assert_eq!(
        resources["SQSQueue"]["Properties"]["QueueName"],
        serde_json::json!({ "Fn::Sub": "${AWS::StackName}-{jobs}" })
    );
    assert_eq!(
        resources["Topic"]["Properties"]["Tags"][0]["Value"],
        serde_json::json!({ "Ref": "SQSQueue" })
    );
}

#[test]
fn one_resource_without_a_name_is_an_expression() {
    let found = pasted(r#"{ "Type": "AWS::SQS::Queue", "Properties": { "QueueName": "a", "Tags": [] } }"#);
    assert_eq!(found.text.as_deref(), Some("aws::sqs::Queue { QueueName: \"a\", Tags: [] }"));
}

#[test]
fn what_has_no_counterpart_is_told() {
    let found = pasted(
        r#"{ "Type": "AWS::SQS::Queue", "Properties": { "QueueName": { "Ref": "Name" }, "FifoQueue": { "Fn::ImportValue": "x" } } }"#,
    );
    assert_eq!(found.notes.len(), 2);
    assert!(found.text.is_some_and(|text| text.contains("QueueName: name, FifoQueue: none")));
}

#[test]
fn what_is_no_resource_is_refused() {
    for text in ["", "42", "[1]", "{ \"a\": 1 }", "{ \"Type\": \"AWS::SQS::Nothing\" }", "a: [", "\u{0}"] {
        let found = pasted(text);
        assert!(found.text.is_none() && found.problem.is_some(), "{text:?}: {found:?}");
    }
}
