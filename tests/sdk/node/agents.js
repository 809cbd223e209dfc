// Vercel's AI SDK and LangChain for JavaScript, told what to do line by line,
// like driver.js; the first argument says through which of their providers.

import { createInterface } from 'node:readline';
import { createDeepSeek } from '@ai-sdk/deepseek';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { Output, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';

const WEATHER = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const PLACE = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
const SUNNY = 'Sunny, 21 degrees';

globalThis.AI_SDK_LOG_WARNINGS = false;

function aiSdk(provider) {
  const asked = (order) => ({
    model: provider(order)(order.model),
    prompt: order.messages[0].content,
    maxRetries: order.retries,
    ...order.options,
  });
  const tools = { get_weather: tool({ inputSchema: jsonSchema(WEATHER), execute: async () => SUNNY }) };
  return {
    async chat(order) {
      const { text, finishReason, usage } = await generateText(asked(order));
      return { text, finish: finishReason, tokens: usage.totalTokens };
    },
    async stream(order) {
      const facts = { text: '', chunks: 0 };
      const leaving = new AbortController();
      const told = [];
      const answer = streamText({
        ...asked(order),
        abortSignal: leaving.signal,
        onError: ({ error }) => told.push(error),
      });
      try {
        for await (const piece of answer.textStream) {
          facts.text += piece;
          facts.chunks += 1;
          if (facts.chunks === order.leave_after) leaving.abort();
        }
      } catch (error) {
        told.push(error);
      }
      // The first one has the reason, a later one only says that the body was cut.
      if (told.length > 0) return { ...facts, error: describe(told[0]) };
      if (leaving.signal.aborted) return facts;
      return { ...facts, finish: await answer.finishReason, tokens: (await answer.usage).totalTokens };
    },
    async tools(order) {
      const { text, steps } = await generateText({ ...asked(order), tools, stopWhen: stepCountIs(4) });
      return { text, steps: steps.length };
    },
    async place(order) {
      const output = Output.object({ schema: jsonSchema(PLACE), name: 'place' });
      return { found: (await generateText({ ...asked(order), output })).output };
    },
  };
}

function langChain() {
  const model = (order) =>
    new ChatOpenAI({
      model: order.model,
      apiKey: order.api_key,
      configuration: { baseURL: order.base_url },
      maxRetries: order.retries,
      streamUsage: true,
    });
  const told = ({ text, response_metadata, usage_metadata }) => ({
    text,
    finish: response_metadata.finish_reason,
    tokens: usage_metadata.total_tokens,
  });
  return {
    async chat(order) {
      return told(await model(order).invoke(order.messages));
    },
    async stream(order) {
      const facts = { text: '', chunks: 0 };
      const leaving = new AbortController();
      let whole;
      try {
        for await (const chunk of await model(order).stream(order.messages, { signal: leaving.signal })) {
          whole = whole === undefined ? chunk : whole.concat(chunk);
          facts.text += chunk.text;
          facts.chunks += chunk.text === '' ? 0 : 1;
          if (facts.chunks === order.leave_after) leaving.abort();
        }
      } catch (error) {
        return leaving.signal.aborted ? facts : { ...facts, error: describe(error) };
      }
      return { ...facts, ...told(whole) };
    },
    async tools(order) {
      const able = model(order).bindTools([
        { type: 'function', function: { name: 'get_weather', parameters: WEATHER } },
      ]);
      const asking = await able.invoke(order.messages);
      const results = asking.tool_calls.map(({ id }) => new ToolMessage({ content: SUNNY, tool_call_id: id }));
      return { text: (await able.invoke([...order.messages, asking, ...results])).text, steps: 2 };
    },
    async place(order) {
      return { found: await model(order).withStructuredOutput(PLACE, { name: 'place', method: 'jsonSchema' }).invoke(order.messages) };
    },
  };
}

function describe(error) {
  // The AI SDK keeps a refusal as it came, and of an error in a stream the text alone;
  // LangChain has both from the OpenAI SDK.
  const body = error.responseBody === undefined ? error : JSON.parse(error.responseBody).error;
  return { status: error.statusCode ?? error.status ?? null, code: body.code ?? null, message: error.message ?? error };
}

const clients = {
  'ai-sdk-deepseek': () => aiSdk((order) => createDeepSeek({ baseURL: order.base_url, apiKey: order.api_key })),
  'ai-sdk-compatible': () =>
    aiSdk((order) =>
      createOpenAICompatible({
        name: 'gateway',
        baseURL: order.base_url,
        apiKey: order.api_key,
        includeUsage: true,
        supportsStructuredOutputs: true,
      }),
    ),
  'langchain-js': langChain,
};
const acts = clients[process.argv[2]]();

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  let facts;
  try {
    facts = await acts[order.do](order);
  } catch (error) {
    facts = { error: describe(error) };
  }
  process.stdout.write(JSON.stringify(facts) + '\n');
}
