//! The columns in which a list shows a noun.

/// Names of columns that show no field of the record itself.
pub const AGE: &str = "age";
pub const GAPS: &str = "gaps";
pub const CONTACTS: &str = "care_contacts";
pub const LAST_VISIT: &str = "care_last_visit";
/// Of what is insert-only: whether an entry was taken back, or takes one back.
pub const TAKEN_BACK: &str = "taken_back";
pub const TITLE: &str = "title";
/// The column of where a record stands; a list is asked for it by the field that says so.
pub const PLACE: &str = "region";

/// What such a column is called.
pub fn reckoned(name: &str) -> Option<&'static str> {
    let named = [
        (AGE, "年龄"),
        (GAPS, "待补"),
        (CONTACTS, "双岗联系人"),
        (LAST_VISIT, "最近走访"),
        (TAKEN_BACK, "冲正"),
        (TITLE, "名称"),
    ];
    named.into_iter().find(|(one, _)| *one == name).map(|(_, label)| label)
}

/// What stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// A field, as what it holds is written.
    Field(&'static str),
    /// The first of two texts that is there, on one line.
    Either(&'static str, &'static str),
    /// The age of whom this field tells the birth: the date itself stands on the record's own page.
    Age(&'static str),
    /// The line by which the record is named.
    Title,
    /// The village or township.
    Place,
    /// Where the record's newest change is.
    State,
    /// What is missing of it.
    Gaps,
    /// What a special family's file lacks, its contacts and its people's numbers among it.
    FileGaps,
    /// Who looks after the family of a file.
    Contacts,
    /// When the family of a file was last met.
    LastVisit,
    /// Of what is insert-only: whether it was taken back, or takes another one back.
    TakenBack,
}

impl Shows {
    /// By which a list is asked for the column; of two texts by the first. `None`: where the newest change is comes with
    /// every row.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Shows::Field(name) | Shows::Either(name, _) => Some(name),
            Shows::Age(_) => Some(AGE),
            Shows::Title => Some(TITLE),
            Shows::Place => Some(PLACE),
            Shows::State => None,
            Shows::Gaps | Shows::FileGaps => Some(GAPS),
            Shows::Contacts => Some(CONTACTS),
            Shows::LastVisit => Some(LAST_VISIT),
            Shows::TakenBack => Some(TAKEN_BACK),
        }
    }
}

/// A column of a list: `Column::field("amount").head("金额（元）").width(8)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub shows: Shows,
    /// In the place of the field's label, where that is too long for a column.
    pub head: Option<&'static str>,
    /// Share of the width; 10 is ordinary.
    pub width: u16,
    /// Gives way where there is little room.
    pub spare: bool,
    pub unsorted: bool,
    pub unfiltered: bool,
}

impl Column {
    const fn new(shows: Shows, width: u16) -> Column {
        Column { shows, head: None, width, spare: false, unsorted: false, unfiltered: false }
    }

    pub const fn field(name: &'static str) -> Column {
        Column::new(Shows::Field(name), 10)
    }

    pub const fn either(one: &'static str, other: &'static str) -> Column {
        Column::new(Shows::Either(one, other), 10)
    }

    pub const fn age(birth: &'static str) -> Column {
        Column::new(Shows::Age(birth), 6).unsorted().unfiltered()
    }

    pub const TITLE: Column = Column::new(Shows::Title, 14).unsorted().unfiltered();
    pub const PLACE: Column = Column::new(Shows::Place, 11);
    pub const STATE: Column = Column::new(Shows::State, 10).unsorted().unfiltered();
    pub const GAPS: Column = Column::new(Shows::Gaps, 11).unsorted().unfiltered();
    pub const FILE_GAPS: Column = Column::new(Shows::FileGaps, 11).unsorted();
    pub const CONTACTS: Column = Column::new(Shows::Contacts, 14).unsorted().unfiltered();
    pub const LAST_VISIT: Column = Column::new(Shows::LastVisit, 9);
    pub const TAKEN_BACK: Column = Column::new(Shows::TakenBack, 5).unsorted().unfiltered();

    pub const fn head(mut self, head: &'static str) -> Column {
        self.head = Some(head);
        self
    }

    pub const fn width(mut self, share: u16) -> Column {
        self.width = share;
        self
    }

    pub const fn spare(mut self) -> Column {
        self.spare = true;
        self
    }

    pub const fn unsorted(mut self) -> Column {
        self.unsorted = true;
        self
    }

    pub const fn unfiltered(mut self) -> Column {
        self.unfiltered = true;
        self
    }
}
