/// JSON-RPC error codes of this service, in the range the specification leaves to implementations.
/// The request was cancelled (the value the Language Server Protocol uses).
export const CANCELLED_CODE = -32800;
/// Bad input; the error's data are its diagnostics.
export const INPUT_ERROR_CODE = -32001;
