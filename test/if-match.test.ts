import { assertMatches } from '@turnpike/service';

describe('If-Match is compared with the version, in its weak form too', () => {
  test.each([undefined, '*', ' * ', '"3"', '"1", "3"', 'W/"2","3"', 'W/"3"', '"1" ,\tW/"3"'])(
    '%s holds for version 3',
    (ifMatch) => {
      expect(() => assertMatches(ifMatch, 3)).not.toThrow();
    },
  );

  test.each(['"2"', 'W/"2"', '3', 'W/3', '"33"', '', '"1", W/"2"', '"3', '"*"'])(
    '%s is a conflict for version 3',
    (ifMatch) => {
      expect(() => assertMatches(ifMatch, 3)).toThrow(expect.objectContaining({ code: 'version-conflict' }));
    },
  );
});
