# One image for every process; the command says which. The tag is of one release of Debian, so that a rebuild brings
# its patches and those of Node.js, and nothing else.
ARG NODE=node:22-bookworm-slim

FROM ${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

# Installed anew instead of pruned: this layer changes with the lock file only, not with every source.
FROM ${NODE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM ${NODE}
ENV NODE_ENV=production
WORKDIR /app
COPY package.json ./
COPY --from=dependencies /app/node_modules node_modules
COPY scripts scripts
COPY deploy/health.mjs deploy/health.mjs
COPY --from=build /app/dist dist
# By its number, because Kubernetes cannot tell whether a name is root's. It owns nothing here and needs to write nothing.
USER 1000:1000
EXPOSE 3000 3001 3002 9464 9465 9466
HEALTHCHECK --start-period=60s --start-interval=1s --interval=10s --timeout=5s CMD ["node", "deploy/health.mjs", "live"]
# Without a shell or npm between, which would keep SIGTERM to themselves: node is the first process, stops in order on
# SIGTERM, and has no children that somebody would have to reap.
STOPSIGNAL SIGTERM
CMD ["node", "dist/gateway/gateway/src/main.js"]
