import { assertMatches } from '@turnpike/service';

describe('If-Match is compared strongly with the version', () => {
  test.each([undefined, '*', ' * ', '"3"', '"1", "3"', 'W/"2","3"'])('%s holds for version 3', (ifMatch) => {
    expect(() => assertMatches(ifMatch, 3)).not.toThrow();
  });

  test.each(['"2"', 'W/"3"', '3', '"33"', '', '"1", "2"'])('%s is a conflict for version 3', (ifMatch) => {
    expect(() => assertMatches(ifMatch, 3)).toThrow(expect.objectContaining({ code: 'version-conflict' }));
  });
});
