// The least that a Nest application on Fastify can do: it answers a POST with its body.
//   node bench/echo.mjs '{"port": 4000}'
import 'reflect-metadata';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { Body, Controller, Module, Post } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { FastifyAdapter } = require('@nestjs/platform-fastify');

class Echo {
  answer(body) {
    return body;
  }
}
class App {}

// Decorators by hand: this file is not compiled.
Controller()(Echo);
Post('echo')(Echo.prototype, 'answer', Object.getOwnPropertyDescriptor(Echo.prototype, 'answer'));
Body()(Echo.prototype, 'answer', 0);
Module({ controllers: [Echo] })(App);

const app = await NestFactory.create(App, new FastifyAdapter(), { logger: false });
await app.listen(JSON.parse(process.argv[2]).port, '127.0.0.1');
