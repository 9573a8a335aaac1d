# gatebench as a command: docker run --rm -v "$PWD:/work" --env-file .env gatebench run suites/mine.yaml
# Suites and results are in /work, which is a folder of yours.
FROM node:24-slim AS build
WORKDIR /source
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-fund --no-audit
COPY tsconfig.json tsconfig.build.json CHANGELOG.md LICENSE README.md .env.example ./
COPY results/README.md results/
COPY suites suites
COPY src src
RUN npm pack

FROM node:24-slim
COPY --from=build /source/gatebench-*.tgz /tmp/
RUN npm install --global --no-fund --no-audit /tmp/gatebench-*.tgz bullmq ioredis pg \
  && npm cache clean --force \
  && rm /tmp/gatebench-*.tgz \
  && mkdir /work \
  && chown node:node /work
USER node
WORKDIR /work
VOLUME /work
ENTRYPOINT ["gatebench"]
CMD ["--help"]
