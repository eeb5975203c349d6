//! Rights to give rights: actions by which whoever has a policy changes who may do what with a resource.
//!
//! IAM's own are no subject here: what they lead to is followed over all roles of a program.
//!
//! Must not know: who has the policy.

use ci_base::{Code, Diagnostic};
use ci_catalog::iam::{self, AccessLevel};
use ci_graph::Located;

use super::scope::some_of;
use super::{Policy, condition};
use crate::view::{Fields, each_case, one_or_many};

/// The verbs of actions that give. What takes rights away, or reads them, has others.
const GIVES: [&str; 10] =
    ["Add", "Associate", "Attach", "Authorize", "Create", "Grant", "Modify", "Put", "Set", "Update"];

/// Actions that IAM's reference groups as managing permissions and that give nobody a right to the resource. Sorted.
///
/// Source: the API reference of each service; what is left of the group with one of these verbs and a resource.
const GIVES_NONE: &[&str] = &[
    "apigateway:AddCertificateToDomain",
    "apigateway:SetWebACL",
    "bedrock-agentcore:AuthorizeAction",
    "cloudformation:SetStackPolicy",
    "cloudwatch:UpdateAccessProfile",
    "ec2:AttachApplianceToNatGateway",
    "ec2:AttachResourcesToPlacementGroup",
    "ec2:CreateOdbNetworkPeering",
    "ec2:ModifyOdbNetworkPeering",
    "iot:CreatePolicy",
    "iot:SetDefaultAuthorizer",
    "rds:AuthorizeDBSecurityGroupIngress",
    "redshift:CreateClusterUser",
    "redshift:CreateSnapshotCopyGrant",
    "redshift:ModifyClusterIamRoles",
    "s3:AssociateAccessGrantsIdentityCenter",
    "s3:CreateAccessGrantsInstance",
    "s3:CreateAccessGrantsLocation",
    "s3:UpdateAccessGrantsLocation",
    "s3express:PutAccessPointScope",
    "ssm-contacts:AssociateContact",
    "waf-regional:CreateWebACL",
    "waf-regional:UpdateWebACL",
    "waf:CreateWebACL",
    "waf:UpdateWebACL",
    "workspaces:ModifySelfservicePermissions",
];

/// Keys that say to whom a right is given, and how that is written. Sorted.
///
/// Source: IAM's reference, the keys of each action; KMS Developer Guide, "kms:GrantIsForAWSResource".
const TO_WHOM: &[(&str, &[&str], &str)] = &[
    (
        "ec2:CreateNetworkInterfacePermission",
        &["ec2:authorizedservice", "ec2:authorizeduser"],
        "ec2:AuthorizedService",
    ),
    ("ec2:ModifySnapshotAttribute", &["ec2:add/userid"], "ec2:Add/userId"),
    ("kms:CreateGrant", &["kms:granteeprincipal", "kms:viaservice"], "kms:GranteePrincipal"),
    ("lambda:AddPermission", &["lambda:principal"], "lambda:Principal"),
    ("s3:PutBucketAcl", ACL, "s3:x-amz-acl"),
    ("s3:PutObjectAcl", ACL, "s3:x-amz-acl"),
    ("s3:PutObjectVersionAcl", ACL, "s3:x-amz-acl"),
];
const ACL: &[&str] = &["s3:x-amz-acl"];

/// Canned ACLs that let in others than the two owners.
const OPEN_ACLS: [&str; 3] = ["authenticated-read", "public-read", "public-read-write"];

/// Whether an action gives rights to the resource it is about.
fn gives(name: &str) -> bool {
    let is_of_iam = name.starts_with("iam:");
    !is_of_iam
        && GIVES_NONE.binary_search(&name).is_err()
        && iam::action(name).is_some_and(|action| {
            action.level == AccessLevel::PermissionsManagement
                && !action.resources.is_empty()
                && GIVES.iter().any(|verb| action.name.starts_with(verb))
        })
}

fn to_whom(name: &str) -> Option<(&'static [&'static str], &'static str)> {
    let at = TO_WHOM.binary_search_by(|(known, ..)| (*known).cmp(name)).ok()?;
    Some((TO_WHOM[at].1, TO_WHOM[at].2))
}

/// Whether a statement says to whom an action may give rights: to services for what they keep, or to somebody by name.
fn is_narrowed(statement: &Located, name: &str) -> bool {
    let Some((keys, _)) = to_whom(name) else { return false };
    let names_whom = condition::narrows(statement, |key, values| {
        let opens = |value: &&Located| {
            value.value.as_str().is_some_and(|text| text.contains(['*', '?']) || OPEN_ACLS.contains(&text))
        };
        keys.contains(&key) && !values.is_empty() && !values.iter().any(opens)
    });
    names_whom || (name == "kms:CreateGrant" && condition::requires(statement, "kms:grantisforawsresource"))
}

/// Reports what gives rights in an allowing statement of an identity's policy.
pub(super) fn check(policy: &mut Policy<'_>, statement: &Located) {
    let mut giving: Vec<(&str, &Located)> = Vec::new();
    let Some(actions) = statement.field("Action") else { return };
    each_case(actions, &mut |actions| {
        for action in one_or_many(actions) {
            each_case(action, &mut |action| {
                let Some(name) = action.value.as_str() else { return };
                if gives(name) && !is_narrowed(statement, name) {
                    giving.push((name, action));
                }
            });
        }
    });
    let Some((first, at)) = giving.first().copied() else { return };
    let names: Vec<&str> = giving.iter().map(|(name, _)| *name).collect();
    let verb = if names.len() == 1 { "changes" } else { "change" };
    let message = format!("{} {verb} who may do what with the resource", some_of(&names));
    let finding = Diagnostic::new(Code::PrivilegeEscalation, at.origin, message)
        .note("whoever may give rights has all of them: to themselves, to anyone else and to other accounts");
    let pipeline = "leave it to the pipeline that deploys";
    policy.add(match (first, to_whom(first)) {
        ("kms:CreateGrant", _) => finding.help(format!(
            "{pipeline}; where a service encrypts what it keeps, add the condition `Bool: {{ \"kms:GrantIsForAWSResource\": \
             \"true\" }}`"
        )),
        (_, Some((_, key))) => {
            finding.help(format!("{pipeline}; or say to whom: a condition on `{key}`"))
        }
        ("sns:SetTopicAttributes" | "sqs:SetQueueAttributes", _) => {
            finding.note("the policy is one of the attributes").help(pipeline)
        }
        _ => finding.help(pipeline),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_name_what_there_is() {
        assert!(GIVES_NONE.is_sorted() && TO_WHOM.is_sorted());
        for name in GIVES_NONE {
            let action = iam::action(name).unwrap_or_else(|| panic!("{name}"));
            assert!(
                action.level == AccessLevel::PermissionsManagement && !action.resources.is_empty(),
                "{name}"
            );
            assert!(GIVES.iter().any(|verb| action.name.starts_with(verb)), "{name}");
        }
        for (name, keys, shown) in TO_WHOM {
            assert!(gives(name), "{name}");
            let service = iam::service(name.split(':').next().unwrap_or_default()).unwrap();
            for key in keys.iter().copied().chain([*shown]) {
                let is_known = |(known, _): &(&str, &str)| known.eq_ignore_ascii_case(key);
                assert!(service.condition_keys().iter().any(is_known), "{key}");
            }
        }
    }

    #[test]
    fn what_gives_is_told_from_what_takes_away_and_what_does_neither() {
        for name in [
            "kms:PutKeyPolicy",
            "lambda:AddPermission",
            "sqs:SetQueueAttributes",
            "ec2:ModifySnapshotAttribute",
        ] {
            assert!(gives(name), "{name}");
        }
        for name in [
            "kms:RetireGrant",
            "lambda:RemovePermission",
            "iam:PutRolePolicy",
            "waf:UpdateWebACL",
            "s3:PutObject",
        ] {
            assert!(!gives(name), "{name}");
        }
    }
}
