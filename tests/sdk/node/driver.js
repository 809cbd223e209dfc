// The OpenAI SDK for Node, told what to do line by line, like
// ../drivers/openai_client.py.

import { createInterface } from 'node:readline';
import OpenAI from 'openai';

async function chat(client, order) {
  const request = client.chat.completions.create({
    model: order.model,
    messages: order.messages,
    ...flat(order.options),
  });
  const { data: answer, request_id } = await request.withResponse();
  const { message, finish_reason } = answer.choices[0];
  return {
    text: message.content ?? '',
    reasoning: message.reasoning_content ?? '',
    finish: finish_reason,
    usage: answer.usage,
    request_id,
    calls: (message.tool_calls ?? []).map((call) => ({ id: call.id, ...call.function })),
  };
}

async function stream(client, order) {
  const facts = { text: '', reasoning: '', finish: null, usage: null, chunks: 0, calls: [] };
  const chunks = await client.chat.completions.create({
    model: order.model,
    messages: order.messages,
    stream: true,
    stream_options: { include_usage: true },
    ...flat(order.options),
  });
  try {
    for await (const chunk of chunks) {
      take(chunk, facts);
      if (facts.chunks === order.leave_after) {
        chunks.controller.abort();
        break;
      }
    }
  } catch (error) {
    return { ...facts, error: describe(error) };
  }
  return facts;
}

async function fill(client, order) {
  const { choices } = await client.completions.create({
    model: order.model,
    prompt: order.messages[0].content,
    ...order.options,
  });
  return { text: choices[0].text, finish: choices[0].finish_reason };
}

async function fill_slowly(client, order) {
  const facts = { text: '', finish: null, chunks: 0 };
  const chunks = await client.completions.create({
    model: order.model,
    prompt: order.messages[0].content,
    stream: true,
    ...order.options,
  });
  for await (const { choices } of chunks) {
    facts.text += choices[0].text;
    facts.finish = choices[0].finish_reason;
    facts.chunks += 1;
  }
  return facts;
}

async function models(client) {
  const names = [];
  for await (const model of client.models.list()) names.push(model.id);
  return { models: names };
}

function take(chunk, facts) {
  facts.chunks += 1;
  facts.usage_on_last = Boolean(chunk.usage) && chunk.choices.length > 0;
  facts.usage = chunk.usage ?? facts.usage;
  for (const { delta, finish_reason } of chunk.choices) {
    facts.text += delta.content ?? '';
    facts.reasoning += delta.reasoning_content ?? '';
    facts.finish = finish_reason ?? facts.finish;
    for (const part of delta.tool_calls ?? []) {
      if (part.index === facts.calls.length) {
        facts.calls.push({ id: part.id, name: part.function.name, arguments: '', fragments: 0 });
      }
      facts.calls[part.index].arguments += part.function.arguments ?? '';
      facts.calls[part.index].fragments += 1;
    }
  }
}

// Node has no `extra_body`: further fields stand among the others.
function flat({ extra_body, ...options }) {
  return { ...options, ...extra_body };
}

function describe(error) {
  return {
    class: error.constructor.name,
    status: error.status ?? null,
    code: error.code ?? null,
    param: error.param ?? null,
    message: error.message,
    request_id: error.requestID ?? null,
  };
}

const acts = { chat, stream, fill, fill_slowly, models };

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  const client = new OpenAI({
    baseURL: order.base_url,
    apiKey: order.api_key,
    maxRetries: order.retries,
    timeout: order.timeout * 1000,
  });
  let facts;
  try {
    facts = await acts[order.do](client, order);
  } catch (error) {
    facts = { error: describe(error) };
  }
  process.stdout.write(JSON.stringify(facts) + '\n');
}
