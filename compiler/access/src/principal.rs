//! Who is named by a policy, and who asks.
//!
//! A caller is a text of fields, `aws|111122223333|arn:aws:iam::111122223333:role/worker|session`, so that what a
//! policy says about principals is a set of patterns like all else. Nobody outside of this module sees those texts.
//! The path of a role is left out: names of roles are unique without it, and the ARN of a session does not have it.

use std::fmt;

use crate::{Letter, Parts, Pattern, Text, Token};

/// Who a statement names, one entry of its element `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Principal {
    /// `"*"`: everyone, signed in or not.
    Everyone,
    /// An account: everyone in it whom the account's own policies allow it.
    Account(Text),
    /// A user or role, by ARN.
    Identity(Text),
    /// A session of a role, by the ARN that STS gives it.
    Session(Text),
    /// An AWS service, `lambda.amazonaws.com`.
    Service(Text),
    /// An identity provider, by ARN or name.
    Federated(Text),
    /// A canonical user id of S3.
    CanonicalUser(Text),
}

/// Who makes a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Caller(Text);

const SERVICE: &str = "service|";
const FEDERATED: &str = "federated|";
const CANONICAL: &str = "canonical|";
const ANONYMOUS: &str = "anonymous|";
const AWS: &str = "aws|";

impl Principal {
    /// An entry under `AWS`: `*`, an account by number or root ARN, a user, a role or a session.
    pub fn aws(parts: impl Into<Parts>) -> Self {
        let text = Text::from(parts);
        let letters = text.letters();
        let fields = fields(letters);
        if *letters == *chars("*") {
            return Self::Everyone;
        }
        // What may have colons once it is known is the ARN of somebody, not a number.
        let is_open = |account: &[Letter]| {
            account.iter().any(|letter| matches!(letter, Letter::Symbol(symbol) if !symbol.within_field))
        };
        match fields.as_slice() {
            [account] if !account.is_empty() && !is_open(account) => {
                Self::Account(account.iter().cloned().collect())
            }
            [_, _, _, _, account, name] if **name == *chars("root") => {
                Self::Account(account.iter().cloned().collect())
            }
            [_, _, service, _, _, name]
                if **service == *chars("sts") && name.starts_with(&chars("assumed-role/")) =>
            {
                Self::Session(text)
            }
            _ => Self::Identity(text),
        }
    }

    /// The callers it names.
    pub(crate) fn patterns(&self) -> Vec<Pattern> {
        let star = || vec![Token::Run { except: None }];
        let field = || vec![Token::Run { except: Some('|') }];
        let of = |text: &Text| text.letters().iter().cloned().map(Token::Letter).collect::<Vec<_>>();
        let known = |text: &str| chars(text).into_iter().map(Token::Letter).collect::<Vec<_>>();
        let pattern = |parts: Vec<Vec<Token>>| Pattern::of_tokens(parts.concat());
        match self {
            Self::Everyone => vec![Pattern::anything()],
            Self::Account(account) => vec![pattern(vec![known(AWS), of(account), known("|"), star()])],
            Self::Identity(arn) => {
                // An ARN that is not known yet may be of any account.
                let account = match fields(arn.letters()).as_slice() {
                    [_, _, _, _, account, _] => account.iter().cloned().map(Token::Letter).collect(),
                    _ => field(),
                };
                let arn = Text::from_iter(without_path(arn.letters()));
                vec![pattern(vec![known(AWS), account, known("|"), of(&arn), known("|"), field()])]
            }
            Self::Session(arn) => {
                let fields = fields(arn.letters());
                let [prefix, partition, _, _, account, name] = fields.as_slice() else { return Vec::new() };
                let mut name = name.splitn(3, |letter| *letter == Letter::Char('/')).skip(1);
                let (Some(role), Some(session)) = (name.next(), name.next()) else { return Vec::new() };
                let (colon, iam, kind) = (chars(":"), chars(":iam::"), chars(":role/"));
                let role = join([*prefix, &colon, *partition, &iam, *account, &kind, role]);
                vec![Pattern::of_text(Caller::aws(role.letters(), session).text())]
            }
            Self::Service(name) => vec![pattern(vec![known(SERVICE), of(name)])],
            Self::Federated(name) => vec![pattern(vec![known(FEDERATED), of(name)])],
            Self::CanonicalUser(id) => vec![pattern(vec![known(CANONICAL), of(id)])],
        }
    }

    /// The kind that a policy lists it under, and its text; `None` for everyone.
    pub(crate) fn entry(&self) -> Option<(&'static str, &Text)> {
        match self {
            Self::Everyone => None,
            Self::Account(text) | Self::Identity(text) | Self::Session(text) => Some(("AWS", text)),
            Self::Service(text) => Some(("Service", text)),
            Self::Federated(text) => Some(("Federated", text)),
            Self::CanonicalUser(text) => Some(("CanonicalUser", text)),
        }
    }

    pub(crate) fn text_mut(&mut self) -> Option<&mut Text> {
        match self {
            Self::Everyone => None,
            Self::Account(text)
            | Self::Identity(text)
            | Self::Session(text)
            | Self::Service(text)
            | Self::Federated(text)
            | Self::CanonicalUser(text) => Some(text),
        }
    }
}

impl Caller {
    /// A user, by ARN; or the root user of an account.
    pub fn user(arn: impl Into<Parts>) -> Self {
        Self::aws(Text::from(arn).letters(), &[])
    }

    /// A session of a role: the role's ARN, with its path, and the name of the session.
    pub fn session(role: impl Into<Parts>, session: impl Into<Parts>) -> Self {
        Self::aws(Text::from(role).letters(), Text::from(session).letters())
    }

    /// An AWS service, `lambda.amazonaws.com`.
    pub fn service(name: impl Into<Parts>) -> Self {
        Self(join([&chars(SERVICE), Text::from(name).letters()]))
    }

    /// Somebody whom an identity provider vouches for, by the provider.
    pub fn federated(provider: impl Into<Parts>) -> Self {
        Self(join([&chars(FEDERATED), Text::from(provider).letters()]))
    }

    /// Somebody who has not signed the request.
    pub fn anonymous() -> Self {
        Self(join([chars(ANONYMOUS).as_slice()]))
    }

    fn aws(arn: &[Letter], session: &[Letter]) -> Self {
        let fields = fields(arn);
        let account = fields.get(4).copied().unwrap_or_default();
        Self(join([&chars(AWS), account, &chars("|"), &without_path(arn), &chars("|"), session]))
    }

    /// The caller of a text that some pattern of a principal has.
    pub(crate) const fn of_text(text: Text) -> Self {
        Self(text)
    }

    pub(crate) const fn text(&self) -> &Text {
        &self.0
    }

    /// All callers that there can be.
    pub(crate) fn universe() -> Vec<Pattern> {
        // An ARN that is not known yet is no text that begins with `arn`.
        ["aws|*|arn:*:iam:*|*", "aws|*|*|*", "service|?*", "federated|?*", "canonical|?*", "anonymous|"]
            .map(within_fields)
            .into()
    }

    /// Callers that make good examples, the best first.
    pub(crate) fn examples() -> [Pattern; 2] {
        ["aws|111122223333|arn:aws:iam::111122223333:user/x|", "aws|*|arn:aws:iam::?*:user/x|"]
            .map(within_fields)
    }

    /// The account of a user or a session; `None` for all who have none.
    pub fn account(&self) -> Option<Text> {
        let rest = self.0.letters().strip_prefix(chars(AWS).as_slice())?;
        let account = rest.split(|letter| *letter == Letter::Char('|')).next()?;
        Some(account.iter().cloned().collect())
    }

    /// It is a session of a role.
    pub(crate) fn is_session(&self) -> bool {
        self.account().is_some() && self.0.letters().last() != Some(&Letter::Char('|'))
    }
}

impl fmt::Display for Principal {
    /// As a policy names it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everyone => f.write_str("everyone"),
            Self::Account(account) => write!(f, "the account {account}"),
            Self::Identity(text) | Self::Session(text) | Self::Service(text) | Self::Federated(text) => {
                text.fmt(f)
            }
            Self::CanonicalUser(id) => write!(f, "the canonical user {id}"),
        }
    }
}

impl fmt::Display for Caller {
    /// As one would say it: the ARN and the session, or the kind and the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        let fields: Vec<&str> = text.split('|').collect();
        match fields.as_slice() {
            ["aws", _, arn, ""] => f.write_str(arn),
            ["aws", _, arn, session] => write!(f, "{arn} (session {session})"),
            [kind, ""] => f.write_str(kind),
            _ => f.write_str(&fields.join(" ")),
        }
    }
}

/// The ARN of a role without the role's path; any other ARN as it is.
fn without_path(arn: &[Letter]) -> Vec<Letter> {
    let role = chars("role/");
    if let [.., name] = fields(arn).as_slice()
        && name.starts_with(&role)
        && let Some(slash) = name.iter().rposition(|letter| *letter == Letter::Char('/'))
    {
        let before = &arn[..arn.len() - name.len()];
        return [before, role.as_slice(), &name[slash + 1..]].concat();
    }
    arn.to_vec()
}

/// A pattern of callers whose wildcards stay in their fields.
fn within_fields(pattern: &str) -> Pattern {
    let token = |char: char| match char {
        '*' => Token::Run { except: Some('|') },
        '?' => Token::One { except: Some('|') },
        char => Token::Letter(Letter::Char(char)),
    };
    Pattern::of_tokens(pattern.chars().map(token).collect())
}

fn chars(text: &str) -> Vec<Letter> {
    text.chars().map(Letter::Char).collect()
}

fn join<'a>(parts: impl IntoIterator<Item = &'a [Letter]>) -> Text {
    parts.into_iter().flatten().cloned().collect()
}

/// The fields of an ARN; the last one has the colons that are left.
pub(crate) fn fields(letters: &[Letter]) -> Vec<&[Letter]> {
    letters.splitn(crate::text::FIELDS, |letter| *letter == Letter::Char(':')).collect()
}
