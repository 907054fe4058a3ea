import { type CustomDecorator, SetMetadata } from '@nestjs/common';

/** Key of the metadata of a route that anybody may call, for a process whose other routes are guarded. */
export const PUBLIC = 'turnpike:public';

/** The route does without an access token. */
export function Public(): CustomDecorator {
  return SetMetadata(PUBLIC, true);
}
