/**
 * Members of an answer that are read, or that are known to hold none of its text: ids, padding, probabilities, the
 * server's own bookkeeping. Any other content is noted as unread. To silence a new field of a server, add its name
 * here.
 */

const words = (list: string): ReadonlySet<string> => new Set(list.split(/\s+/).filter(Boolean));

export const frameFields = words(`
  choices usage usageMetadata usage_metadata amazon-bedrock-invocationMetrics error model x_groq timings status success
  id object created created_at type event event_id request_id requestId trace_id session_id
  system_fingerprint service_tier provider provider_name routing metadata warnings
  p padding obfuscation nonce
  prompt_filter_results prompt_token_ids prompt_logprobs prompt_routed_experts kv_transfer_params
  time_info nvext sla_metrics x_perf citations search_results sources base_resp input_sensitive
  output_sensitive input_sensitive_type output_sensitive_type output_sensitive_int
`);

export const choiceFields = words(`
  index delta message text finish_reason error usage
  logprobs native_finish_reason stop_reason stop_sequence matched_stop finish_details
  content_filter_results content_filter_result content_filter_offsets content_filter_raw
  token_ids routed_experts seed hidden_states provider_specific_fields
`);

export const deltaFields = words(`
  role content reasoning reasoning_content reasoning_text thinking reasoning_details thinking_blocks refusal
  tool_calls function_call
  name tool_call_id p padding obfuscation provider_specific_fields annotations audio_content
`);

export const nativeFrameFields = words(`
  model message error done done_reason
  created_at remote_model remote_host context logprobs
  total_duration load_duration prompt_eval_count prompt_eval_cached_count prompt_eval_duration
  eval_count eval_duration
`);
