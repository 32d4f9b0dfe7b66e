//! Programs that cannot be run.

/// A program that leaves the memory or breaks the array's rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InterpretError {
    /// An address beyond the memory's end.
    #[error("word {address} lies beyond the memory's {words} words")]
    Address {
        /// Word address.
        address: usize,
        /// Words of the memory.
        words: usize,
    },
    /// A layer reads more of the flash than the program wrote.
    #[error("word {address} lies beyond the {words} words of the flash's stream")]
    Flash {
        /// Word from the stream's beginning.
        address: usize,
        /// Words of the stream.
        words: usize,
    },
    /// An unknown operation.
    #[error("the descriptor at word {address} has the unknown operation {code}")]
    Operation {
        /// Word address of the descriptor.
        address: usize,
        /// Its operation code.
        code: u16,
    },
    /// No end within the most descriptors.
    #[error("the program has no end")]
    Endless,
    /// There is no such array.
    #[error("the array's capacity is not supported")]
    Capacity,
    /// The program names no input or no entry.
    #[error("the program has no input or no entry")]
    Program,
    /// A block without pixels, with more than the array has, or with last ones that do not exist.
    #[error("a layer's block does not fit the array, or its counts do not fit each other")]
    Block,
    /// A group's list is empty, ends without products, or has more entries than it brings.
    #[error("group {group} of a layer has an entry list that cannot be run")]
    List {
        /// The group.
        group: usize,
    },
    /// A group's products need another number of weight words than there are.
    #[error("group {group} of a layer has {products} products and {words} weight words")]
    Weights {
        /// The group.
        group: usize,
        /// Products of its list.
        products: usize,
        /// Its weight words.
        words: usize,
    },
    /// The stream has what the flags say is shared, or does not have what is not.
    #[error("group {group} of a layer does not bring what its flags demand")]
    Shared {
        /// The group.
        group: usize,
    },
    /// A descriptor or a stream of the quad array that does not begin at a row.
    #[error("word {address} is not the first of a row")]
    Row {
        /// Its word address.
        address: usize,
    },
    /// Words of an access, or of a quad's results, that lie in the same bank.
    #[error("the words at {first} and {second} lie in the same bank, but are wanted at once")]
    Bank {
        /// Word address of the first.
        first: u16,
        /// Word address of the second.
        second: u16,
    },
    /// More weights or entries than the rings hold.
    #[error("group {group} of a layer does not fit the rings for weights and entries")]
    Ring {
        /// The group.
        group: usize,
    },
}
