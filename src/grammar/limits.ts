/// Groups inside groups that a front end reads before it answers `grammar-too-deep`. Expressions of
/// accepted grammars therefore nest a few thousand levels at most, which recursive consumers can
/// walk; what leads from rule to rule has no such bound and must be walked with an explicit stack.
export const MAX_GROUP_DEPTH = 500;

/// Repetitions applied to one another without a group between them: `x{2}{3}`.
export const MAX_STACKED_REPEATS = 4;

/// UTF-16 units of grammar source that a front end reads before it answers `grammar-too-large`.
export const MAX_SOURCE_LENGTH = 32 * 1024 * 1024;

/// The largest bound of a repetition: what every target format can still write down.
export const MAX_REPEAT = 2 ** 31 - 1;

/// Diagnostics one parse reports before it says that there are more.
export const MAX_DIAGNOSTICS = 200;
