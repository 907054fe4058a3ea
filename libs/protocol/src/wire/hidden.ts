/** What operators see in place of a text that a person may have written. Nothing is imported here: browsers read this, too. */
export const HIDDEN = '•••';
