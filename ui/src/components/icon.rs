//! Small line drawings of our own; always beside a word.

use yew::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Sun,
    Home,
    Footsteps,
    People,
    Flag,
    Sheet,
    Inbox,
    Exchange,
    Gear,
    Search,
    Pin,
    Down,
    Right,
    Left,
    Plus,
    Close,
    Eye,
    EyeOff,
    Check,
    Warning,
    Calendar,
    Filter,
    Export,
    Heart,
    Person,
    Pen,
    Clock,
    Undo,
    Star,
    List,
}

impl Sign {
    /// Paths on a field of 24 × 24.
    fn path(self) -> &'static str {
        match self {
            Sign::Sun => {
                "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2.5M12 19.5V22M4.9 4.9l1.8 1.8M17.3 17.3l1.8 1.8M2 12h2.5M19.5 12H22M4.9 19.1l1.8-1.8M17.3 6.7l1.8-1.8"
            }
            Sign::Home => "M3.5 11.5 12 4l8.5 7.5M5.5 10v9.5h13V10M10 19.5v-5h4v5",
            Sign::Footsteps => {
                "M5 20.5h14M7 20.5V9l5-4.5L17 9v11.5M12 12.2c-1.2-1.6-3.4-.6-3.1 1.1.2 1.3 1.6 2.3 3.1 3.5 1.5-1.2 2.9-2.2 3.1-3.5.3-1.7-1.9-2.7-3.1-1.1z"
            }
            Sign::People => {
                "M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11M2.8 19.5c.4-3.6 3-5.6 6.2-5.6s5.8 2 6.2 5.6M16 10.6a2.7 2.7 0 1 0-.6-5.3M17.6 14c2 .6 3.3 2.4 3.6 4.9"
            }
            Sign::Flag => "M5.5 21V4M5.5 4.8c4.5-2 7 2 13 .2v8.6c-6 1.8-8.5-2.2-13-.2",
            Sign::Sheet => "M5 3.5h14v17H5zM5 8.5h14M5 13h14M11 8.5v12",
            Sign::Inbox => "M12 3.5v9.5M8 9.5l4 4 4-4M4 14.5v5h16v-5",
            Sign::Exchange => "M4 8.5h14M14.5 5l3.5 3.5-3.5 3.5M20 15.5H6M9.5 12 6 15.5 9.5 19",
            Sign::Gear => {
                "M12 8.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4M10.3 3h3.4l.5 2.6 2.2 1.2 2.5-.9 1.7 3-2 1.8v2.6l2 1.8-1.7 3-2.5-.9-2.2 1.2-.5 2.6h-3.4l-.5-2.6-2.2-1.2-2.5.9-1.7-3 2-1.8v-2.6l-2-1.8 1.7-3 2.5.9 2.2-1.2z"
            }
            Sign::Search => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.3 15.3 20.5 20.5",
            Sign::Pin => {
                "M12 21c4.5-5 6.8-8.4 6.8-11.3A6.8 6.8 0 0 0 5.2 9.7C5.2 12.600 7.500 16 12 21M12 7.500a2.300 2.300 0 1 0 0 4.600 2.300 2.300 0 0 0 0-4.600"
            }
            Sign::Down => "M6 9.500l6 6 6-6",
            Sign::Right => "M9.500 6l6 6-6 6",
            Sign::Left => "M14.500 6l-6 6 6 6",
            Sign::Plus => "M12 5v14M5 12h14",
            Sign::Close => "M6 6l12 12M18 6 6 18",
            Sign::Eye => {
                "M2.500 12C5 7.600 8.200 5.500 12 5.500s7 2.100 9.500 6.500c-2.500 4.400-5.700 6.500-9.500 6.500S5 16.400 2.500 12M12 9.200a2.800 2.800 0 1 0 0 5.600 2.800 2.800 0 0 0 0-5.600"
            }
            Sign::EyeOff => {
                "M4 4l16 16M6.500 7.200C5 8.300 3.700 9.900 2.500 12c2.500 4.400 5.700 6.500 9.500 6.500 1.700 0 3.300-.400 4.700-1.300M10 5.700c.600-.100 1.300-.200 2-.200 3.800 0 7 2.100 9.500 6.500-.600 1.100-1.300 2.100-2 2.900"
            }
            Sign::Check => "M4.500 12.500l5 5 10-11",
            Sign::Warning => "M12 4 2.800 20h18.400zM12 10v4.500M12 17.300v.200",
            Sign::Calendar => "M4 6h16v14H4zM4 10.500h16M8.500 3.500V8M15.500 3.500V8",
            Sign::Filter => "M4 5h16l-6.200 7.500v6L10.200 20v-7.500z",
            Sign::Export => "M12 14V4M8 7.500 12 3.500l4 4M4 14.500v5h16v-5",
            Sign::Heart => {
                "M12 20C6 15.500 3.500 12.300 3.500 9.200A4.600 4.600 0 0 1 12 6.800a4.600 4.600 0 0 1 8.500 2.400c0 3.100-2.500 6.300-8.500 10.800"
            }
            Sign::Person => {
                "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4.500 20.500c.600-4 3.700-6 7.500-6s6.900 2 7.500 6"
            }
            Sign::Pen => "M4.500 19.500l1-4L16 5l3 3L8.500 18.500zM14 7l3 3",
            Sign::Clock => "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17M12 7.500V12l3 2.500",
            Sign::Undo => "M8.500 5 4.500 9l4 4M4.500 9H14a5.500 5.500 0 0 1 0 11H9",
            Sign::Star => {
                "M12 3.800l2.500 5.300 5.700.700-4.200 4 1.100 5.700-5.100-2.800-5.100 2.800 1.100-5.700-4.200-4 5.700-.700z"
            }
            Sign::List => "M4 6.500h2M4 12h2M4 17.500h2M9.500 6.500H20M9.500 12H20M9.500 17.500H20",
        }
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct IconProps {
    pub(crate) sign: Sign,
}

#[component]
pub(crate) fn Icon(props: &IconProps) -> Html {
    html! {
        <svg class="tx-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d={props.sign.path()} />
        </svg>
    }
}
