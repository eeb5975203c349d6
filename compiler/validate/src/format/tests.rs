use super::matches;
use crate::place::Place;

#[test]
fn formats_accept_what_they_name() {
    let resource = Place::resource("AWS::EC2::Instance");
    let cases: [(&str, &[&str], &[&str]); 16] = [
        (
            "AWS::EC2::SecurityGroup.Id",
            &["sg-12345678", "sg-0123456789abcdef0"],
            &["sg-abc", "sg-1234567z", "group"],
        ),
        ("AWS::EC2::VPC.Id", &["vpc-12345678"], &["vpc-abc", "subnet-12345678"]),
        ("AWS::EC2::Subnet.Id", &["subnet-0123456789abcdef0"], &["subnet-abc"]),
        ("AWS::EC2::Image.Id", &["ami-12345678"], &["ami-abc", "ami-1234567X"]),
        ("AWS::EC2::SecurityGroup.Name", &["web servers"], &["", "a?Z"]),
        ("AWS::Logs::LogGroup.Name", &["/aws/lambda/orders", "a#b"], &["", "foo&bar"]),
        (
            "AWS::S3::Bucket.Name",
            &["my-bucket", "my.bucket"],
            &["ab", "My-Bucket", "a..b", "a.-b", "-ab", "ab-"],
        ),
        (
            "AWS::IAM::Role.Arn",
            &["arn:aws:iam::123456789012:role/a/b"],
            &["arn:aws:iam::123456789012:role/", "arn:x:iam::123456789012:role/a"],
        ),
        (
            "AWS::KMS::Key.Arn",
            &["arn:aws-cn:kms:cn-north-1:123456789012:key/a"],
            &["arn:aws:kms::123456789012:key/a"],
        ),
        (
            "AWS::ACM::Certificate.Arn",
            &["arn:aws:acm:us-east-1:123456789012:certificate/a"],
            &["arn:aws:iam::123456789012:role/a"],
        ),
        (
            "AWS::KMS::Key.Id",
            &["1234abcd-12ab-34cd-56ef-1234567890ab", "alias/a"],
            &["not-a-key-id", "arn:aws:kms:us-east-1:1:key/a"],
        ),
        ("AWS::KMS::Alias.AliasName", &["alias/a"], &["alias/", "a"]),
        ("ipv4-network", &["10.0.0.0/16"], &["10.0.0.1/16", "::/0"]),
        ("ipv6-network", &["2001:db8::/32"], &["10.0.0.0/16"]),
        (
            "date-time",
            &["2027-01-31T12:00:00Z", "2027-01-31T12:00:00.5+01:00"],
            &["2027-01-31T12:00:00", "2027-13-31T12:00:00Z", "x"],
        ),
        ("something else", &["anything"], &[]),
    ];
    for (format, good, bad) in cases {
        for text in good {
            assert!(matches(format, text, &resource), "{format}: {text}");
        }
        for text in bad {
            assert!(!matches(format, text, &resource), "{format}: {text}");
        }
    }
}
