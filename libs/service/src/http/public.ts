import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';

/** Key of the metadata of a route that anybody may call, for a process whose other routes are guarded. */
export const PUBLIC = 'turnpike:public';

/** The route does without an access token. */
export function Public(): ClassDecorator & MethodDecorator {
  return applyDecorators(SetMetadata(PUBLIC, true), ApiSecurity({}));
}
