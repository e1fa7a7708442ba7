/**
 * Folders whose modules still name numbers in camelCase. The list only shrinks: a folder without a fault must leave it,
 * and no folder may be added.
 */
export const foldersWithOldNames: readonly string[] = ["packages/aws-simulator"];
