// The globals of jest, for all sources that are checked together: specs lie beside what they test.
/// <reference types="jest" />
