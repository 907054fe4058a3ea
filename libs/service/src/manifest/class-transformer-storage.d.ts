/** What `@Type` has noted; class-transformer keeps it in a file that it has no declaration for. */
declare module 'class-transformer/cjs/storage.js' {
  type Class = new () => object;
  export const defaultMetadataStorage: {
    findTypeMetadata(target: unknown, propertyName: string): { typeFunction(): Class } | undefined;
  };
}
