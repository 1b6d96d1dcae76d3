/** Schema version 4. What speaks against a visitor's face, in words: that it may be a picture of one. */
export const doubt = `
ALTER TABLE visits ADD COLUMN doubt TEXT;
`;
