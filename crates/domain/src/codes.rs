//! A closed list of codes that stays open: an unknown code survives a round trip (I15).

/// Declares an enum whose members travel as short codes and are shown by Chinese labels.
///
/// Codes that this program does not know are kept verbatim in `Other`.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
            /// A code from a newer program, kept as it came.
            Other(String),
        }
        impl $name {
            /// All known members in the office's usual order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];
            /// Code and label of each, in that order.
            pub const CHOICES: $crate::shape::Choices = &[$(($code, $label),)+];
            /// The code that is stored and sent.
            pub fn code(&self) -> &str {
                match self { $($name::$variant => $code,)+ $name::Other(code) => code }
            }
            /// The Chinese label a worker reads.
            pub fn label(&self) -> &str {
                match self { $($name::$variant => $label,)+ $name::Other(code) => code }
            }
            /// The member with this code; unknown codes are kept as `Other`.
            pub fn from_code(code: &str) -> Self {
                match code { $($code => $name::$variant,)+ other => $name::Other(other.to_owned()) }
            }
            /// The member with this exact Chinese label, if any.
            pub fn from_label(label: &str) -> Option<Self> {
                match label { $($label => Some($name::$variant),)+ _ => None }
            }
            /// Whether this program knows the code.
            pub fn is_known(&self) -> bool { !matches!(self, $name::Other(_)) }
        }
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.serialize_str(self.code()) }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let code = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(d)?;
                Ok(Self::from_code(&code))
            }
        }
    };
}
pub(crate) use codes;
