// What the gateway's document says of each route, as types: which paths a method has, what a request needs, what comes
// back. Nothing here exists at run time.
import type { components, paths } from './api.js';

export type Operation = components['schemas']['OperationView'];

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type ChangingMethod = Exclude<Method, 'GET'>;

/** The paths that have that method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<Lowercase<M>, { responses: unknown }> ? P : never;
}[keyof paths];

type RouteOf<M extends Method, P extends keyof paths> =
  paths[P] extends Record<Lowercase<M>, infer Route> ? Route : never;
type ResponsesOf<Route> = Route extends { responses: infer Responses } ? Responses : never;
type Json<Response> = Response extends { content: { 'application/json': infer Body } } ? Body : undefined;

/** The paths where that method is a write, which is accepted with an operation. */
export type WritePath<M extends ChangingMethod> = {
  [P in PathOf<M>]: ResponsesOf<RouteOf<M, P>> extends {
    202: { content: { 'application/json': Operation } };
  }
    ? P
    : never;
}[PathOf<M>];

/** The paths where that method is carried out at once. */
export type DirectPath<M extends ChangingMethod> = Exclude<PathOf<M>, WritePath<M>>;

/** The body of a success. */
export type AnswerOf<M extends Method, P extends keyof paths> = Json<
  ResponsesOf<RouteOf<M, P>>[keyof ResponsesOf<RouteOf<M, P>>]
>;

/** The paths that are read; streams of events have methods of their own. */
export type ReadPath = {
  [P in PathOf<'GET'>]: AnswerOf<'GET', P> extends undefined ? never : P;
}[PathOf<'GET'>];

/** What a write leaves when it has succeeded; undefined after a deletion. */
export type ResultOf<M extends ChangingMethod, P extends keyof paths> = Json<
  ResponsesOf<RouteOf<M, P>>[Exclude<keyof ResponsesOf<RouteOf<M, P>>, 202>]
>;

type BodyOf<Route> = Route extends { requestBody?: undefined }
  ? { body?: undefined }
  : Route extends { requestBody: { content: { 'application/json': infer Body } } }
    ? { body: Body }
    : Route extends { requestBody?: { content: { 'application/json': infer Body } } }
      ? { body?: Body }
      : never;

type ParametersOf<Route> = Route extends { parameters: infer Parameters }
  ? Pick<Parameters, Extract<keyof Parameters, 'path' | 'query'>>
  : never;

/** The parts of a request that its route asks for: `path`, `query` and `body`. */
export type Given<M extends Method, P extends keyof paths> = ParametersOf<RouteOf<M, P>> &
  BodyOf<RouteOf<M, P>>;

/** Options that may be left out where none of them has to be given. */
export type Optional<Options> = object extends Options ? [options?: Options] : [options: Options];
